import { Type, type Static } from 'typebox';
import { devicesByIds, loadDevices, type Device } from '../../../devices/index.ts';
import { notFound } from '../../../kernel/fault.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { Guid, Nullable, readId } from '../shapes.ts';

export const platforms = ['windows', 'apple'] as const;

export const DevicePath = Type.Object({
  device: Type.String({
    minLength: 1,
    maxLength: 128,
    description:
      'Id as a GUID or 24 hexadecimal digits, serial number or IMEI. Deleted devices have only their id.',
  }),
});

/** The device that an answer is about. */
export const DeviceReference = Type.Object({
  id: Guid('Id'),
  displayName: Nullable(Type.String({ description: 'What administrators call it' })),
  name: Nullable(Type.String({ description: 'What it calls itself, as it last told' })),
  platform: Type.Enum([...platforms]),
});

export function referenceTo({ id, displayName, summary, platform }: Device): Static<typeof DeviceReference> {
  return { id, displayName, name: summary.name ?? null, platform };
}

/** A device of either platform, as the path names it: of several with a serial number the newest. Faults: `notFound`. */
export async function requireDevice(context: ReadContext, text: string): Promise<Device> {
  const id = readId(text);
  const named = id && (await devicesByIds(context, [id])).get(id);
  if (named) return named;
  const organizationId = context.scope.organization.id;
  const wanted = platforms.map((platform) => ({ organizationId, platform, key: { id: undefined, text } }));
  const found = (await loadDevices(context.db, wanted)).filter((device) => device !== undefined);
  const [newest] = found.toSorted((left, right) => (left.id < right.id ? 1 : -1));
  if (!newest) throw notFound('Device', text);
  return newest;
}
