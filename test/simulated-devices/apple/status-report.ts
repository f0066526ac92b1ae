import { supportedDeclarations } from './apply-declarations.ts';
import { declarationKinds } from './declaration-state.ts';
import { isPasscodeCompliant } from './effective.ts';
import { familyOf, osNameOf } from './hardware.ts';
import type { Channel, Device } from './state.ts';

/** The status items that the device knows, with their values now. */
function valuesOf(device: Device, channel: Channel): Readonly<Record<string, unknown>> {
  const { hardware, state, setup } = device;
  return {
    ...(!setup.isUserEnrollment && {
      'device.identifier.serial-number': hardware.serialNumber,
      'device.identifier.udid': hardware.udid,
    }),
    'device.model.family': familyOf[hardware.kind],
    'device.model.identifier': hardware.product,
    'device.model.marketing-name': hardware.modelName,
    'device.operating-system.build-version': hardware.buildVersion,
    'device.operating-system.family': osNameOf[hardware.kind],
    'device.operating-system.marketing-name': `${osNameOf[hardware.kind]} ${hardware.osVersion}`,
    'device.operating-system.version': hardware.osVersion,
    'passcode.is-compliant': isPasscodeCompliant(device),
    'passcode.is-present': state.passcode !== undefined,
    ...(hardware.kind === 'mac' && { 'diskmanagement.filevault.enabled': state.isFileVaultOn }),
    'management.declarations': declarationsOf(channel),
    'management.client-capabilities': {
      'supported-versions': ['1.0.0'],
      'supported-features': {},
      'supported-payloads': { declarations: supportedDeclarations, 'status-items': statusItemNames },
    },
  };
}

const statusItemNames = [
  'device.identifier.serial-number',
  'device.identifier.udid',
  'device.model.family',
  'device.model.identifier',
  'device.model.marketing-name',
  'device.operating-system.build-version',
  'device.operating-system.family',
  'device.operating-system.marketing-name',
  'device.operating-system.version',
  'diskmanagement.filevault.enabled',
  'management.client-capabilities',
  'management.declarations',
  'passcode.is-compliant',
  'passcode.is-present',
];

/** What a device tells without being asked: in its first report, and in each. */
const always = ['management.declarations'];
const atFirst = statusItemNames.filter((name) => /^(device|management)\./.test(name));

/**
 * The report that a channel owes the server: at first what it is and can, then what it was asked for and has changed. A full one has all of it.
 *
 * https://developer.apple.com/documentation/devicemanagement/statusreport
 */
export function statusReport(
  device: Device,
  channel: Channel,
  isFull: boolean,
): Readonly<Record<string, unknown>> {
  const { declarations: state } = channel;
  const values = valuesOf(device, channel);
  const subscribed = subscriptionsOf(channel);
  const isComplete = isFull || state.reported === undefined;
  const wanted = new Set([...always, ...(isComplete ? atFirst : []), ...subscribed]);
  const reported = isComplete ? new Map<string, string>() : state.reported!;
  const items = Object.entries(values).filter(
    ([name, value]) =>
      wanted.has(name) && (always.includes(name) || reported.get(name) !== JSON.stringify(value)),
  );
  for (const [name, value] of items) reported.set(name, JSON.stringify(value));
  state.reported = reported;
  return { StatusItems: nested(items), Errors: [], ...(isFull && { FullReport: true }) };
}

function declarationsOf({ declarations: { declarations, statuses } }: Channel) {
  return Object.fromEntries(
    Object.entries(declarationKinds).map(([kind, name]) => [
      name,
      [...declarations.values()]
        .filter((declaration) => declaration.kind === kind)
        .flatMap(({ identifier }) => statuses.get(identifier) ?? []),
    ]),
  );
}

/** The status items that active subscriptions ask for. */
function subscriptionsOf({ declarations: { declarations, statuses } }: Channel): readonly string[] {
  return [...declarations.values()]
    .filter(({ type }) => type === 'com.apple.configuration.management.status-subscriptions')
    .filter(({ identifier }) => statuses.get(identifier)?.active)
    .flatMap(({ payload }) => (payload['StatusItems'] ?? []) as readonly { readonly Name: string }[])
    .map(({ Name }) => Name);
}

/** `a.b.c` becomes a property in a property in a property. */
function nested(
  items: readonly (readonly [name: string, value: unknown])[],
): Readonly<Record<string, unknown>> {
  const root: Record<string, unknown> = {};
  for (const [name, value] of items) {
    const path = name.split('.');
    const last = path.pop()!;
    const parent = path.reduce<Record<string, unknown>>(
      (at, step) => (at[step] ??= {}) as Record<string, unknown>,
      root,
    );
    parent[last] = value;
  }
  return root;
}
