import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import type { ResolvedDocument } from '../engine/index.ts';
import { policiesTables } from '../tables.ts';
import { documentReader, type DocumentReader } from './document-reader.ts';
import type { PolicySet } from './policy-set.ts';

/** The set of a device, as it is stored. */
export interface SetOfDevice extends Pick<PolicySet, 'system' | 'members'> {
  /** Of what it comes to: another document has another key. */
  readonly documentKey: string | null;
}

/** What a device shall have. */
export interface DesiredState extends SetOfDevice {
  readonly document: ResolvedDocument | null;
}

/** A document may go between the reading of its key and its own: then the set has another one already. */
const attempts = 3;

/** Undefined for a device that was deleted or is not worked out yet. */
export async function desiredStateOf(
  context: ReadContext,
  deviceId: Id,
  documents: DocumentReader = documentReader(),
): Promise<DesiredState | undefined> {
  return stateOfSet(context, deviceId, documents, await setOf(context, deviceId));
}

/** As `desiredStateOf`, for a device of which the set was just read. */
export async function stateOfSet(
  context: ReadContext,
  deviceId: Id,
  documents: DocumentReader,
  read: SetOfDevice | undefined,
): Promise<DesiredState | undefined> {
  let set = read;
  for (let attempt = 1; ; attempt++) {
    if (!set) return undefined;
    const { system, members, documentKey } = set;
    if (documentKey === null) return { system, members, document: null, documentKey: null };
    const document = await documents.read(context, documentKey);
    if (document) return { system, members, document, documentKey };
    if (attempt === attempts)
      throw new Error(`The document ${documentKey} of the device ${deviceId} is not there.`);
    set = await setOf(context, deviceId);
  }
}

async function setOf({ db, scope }: ReadContext, deviceId: Id): Promise<SetOfDevice | undefined> {
  return policiesTables(db)
    .selectFrom('policies_device_set as device')
    .innerJoin('policies_set as set', (join) =>
      join.onRef('set.organization_id', '=', 'device.organization_id').onRef('set.id', '=', 'device.set_id'),
    )
    .select(['set.system', 'set.members', 'set.document_key as documentKey'])
    .where('device.organization_id', '=', scope.organization.id)
    .where('device.device_id', '=', deviceId)
    .executeTakeFirst();
}
