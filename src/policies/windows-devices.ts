import type { Reader } from '../database/index.ts';
import {
  auditTargetOfDevice,
  loadDevices,
  lockDevice,
  requireUserOfInput,
  saveDevice,
  type Device,
  type DeviceKey,
  type Script,
} from '../devices/index.ts';
import type { User } from '../directory/index.ts';
import { gather } from '../kernel/gather.ts';
import { userNamedIn, usersNamedIn } from './agents/index.ts';
import { audit, type ReadContext, type Scope, type WriteContext } from '../tenancy/index.ts';
import {
  clearDeviceAssignments,
  directPoliciesOf,
  loadAssignedPolicies,
  primaryPolicyOf,
  setDeviceAssignments,
  type AssignedPolicy,
  type AssignmentChange,
  type OwnedDevice,
} from './assignments.ts';
import { catalogueInUse } from './csp/index.ts';
import type { WindowsNodes } from './engine/index.ts';
import {
  loadEnabledRules,
  loadEnforcedPolicies,
  type EnforcedPolicy,
  type WantedEnforcement,
} from './enforced-policies.ts';
import { loadItems, lockItems, type ItemReference, type Items, type WantedItems } from './items.ts';
import type { Id } from '../kernel/id.ts';
import { mergeWindowsPolicies } from './merge-windows-policies.ts';
import type { NamedId } from './policy.ts';
import { windowsPolicies, type WindowsPolicy, type WindowsPolicyDocument } from './windows-policy.ts';
import { referencesOf } from './windows-policies.ts';

type Assigned = readonly AssignedPolicy<WindowsPolicyDocument>[];
type Enforced = readonly EnforcedPolicy<WindowsPolicyDocument>[];

/** A Windows device with its policies, the strongest first, and what they and its own scripts refer to. */
export interface ManagedWindowsDevice {
  readonly device: Device;
  /** By administrators. */
  readonly assigned: Assigned;
  /** By automation rules. */
  readonly enforced: Enforced;
  /** What all of them make together; undefined where there is none. */
  readonly effective: WindowsPolicy | undefined;
  readonly items: Items;
  /** Whose it is, as far as the arguments of its scripts name something of them. */
  readonly user: User | undefined;
}

/** Reads single Windows devices; the reads of one event-loop turn share their statements. Made once per process. */
export interface WindowsDeviceReader {
  /** The device, as `loadDevices` finds it; undefined when there is none. */
  read(scope: Scope, key: DeviceKey): Promise<ManagedWindowsDevice | undefined>;
}

/** One device takes a chain of statements, each of which waits for the one before: so more batches are under way than usual. */
const chained = { atMost: 4 };

export function windowsDeviceReader(database: Reader): WindowsDeviceReader {
  const findDevice = gather(
    (wanted: Parameters<typeof loadDevices>[1]) => loadDevices(database, wanted),
    chained,
  );
  const findAssigned = gather(
    (devices: readonly OwnedDevice[]) => loadAssignedPolicies(database, windowsPolicies, devices),
    chained,
  );
  const findRules = gather((ids: readonly Id[]) => loadEnabledRules(database, ids), chained);
  const findEnforced = gather(
    (devices: readonly WantedEnforcement[]) => loadEnforcedPolicies(database, windowsPolicies, devices),
    chained,
  );
  const findNodes = gather(async (wanted: readonly (readonly unknown[])[]) => {
    const nodes = await nodesFor(database, wanted);
    return wanted.map(() => nodes);
  }, chained);
  const findItems = gather((wanted: readonly WantedItems[]) => loadItems(database, wanted), chained);
  return {
    async read(scope, key) {
      const organizationId = scope.organization.id;
      // Most callers name the device by its id, so that its policies can be read meanwhile.
      const [device, assignedOfId, enabled] = await Promise.all([
        findDevice({ organizationId, platform: 'windows', key }),
        key.id ? findAssigned({ organizationId, id: key.id }) : [],
        findRules(organizationId),
      ]);
      if (!device) return undefined;
      const { id } = device;
      const [assigned, enforced] = await Promise.all([
        id === key.id ? assignedOfId : findAssigned({ organizationId, id }),
        enabled.rules.length > 0 ? findEnforced({ organizationId, device, enabled }) : [],
      ]);
      const policies = [...assigned, ...enforced];
      const references = referencesOfDevice(device, policies);
      const [items, nodes, user] = await Promise.all([
        references.length === 0 ? nothing : findItems({ organizationId, references }),
        isMerged(policies) ? findNodes(policies) : noNodes,
        userNamedIn({ db: database, scope }, device, scriptsOf(device, policies)),
      ]);
      const effective = mergeWindowsPolicies(policies, nodes);
      return { device, assigned, enforced, effective, items, user };
    },
  };
}

/** One policy alone is what it is, whatever is known of its nodes. */
function isMerged(policies: readonly unknown[]): boolean {
  return policies.length > 1;
}

const noNodes: WindowsNodes = () => undefined;

async function nodesFor(reader: Reader, devices: readonly (readonly unknown[])[]): Promise<WindowsNodes> {
  return devices.some(isMerged) ? (await catalogueInUse(reader)).find : noNodes;
}

const nothing: Items = { applications: new Map(), admxConfigs: new Map(), assets: new Map() };

function referencesOfDevice(
  device: Device,
  policies: readonly { readonly policy: WindowsPolicy }[],
): ItemReference[] {
  return [
    ...scriptReferences(device.scripts),
    ...policies.flatMap(({ policy }) => referencesOf(policy.document)),
  ];
}

function scriptsOf(device: Device, policies: readonly { readonly policy: WindowsPolicy }[]): Script[] {
  return [...device.scripts, ...policies.flatMap(({ policy }) => policy.document.scripts)];
}

function scriptReferences(scripts: readonly Script[]): ItemReference[] {
  return scripts.map(({ id }, index) => ({ kind: 'script', id, path: `scripts[${index}].id` }));
}

/** Windows devices with their policies, for a list: a few statements for all of them. */
export async function withPolicies(
  { db, scope }: ReadContext,
  devices: readonly Device[],
): Promise<ManagedWindowsDevice[]> {
  const organizationId = scope.organization.id;
  const assigned = await loadAssignedPolicies(
    db,
    windowsPolicies,
    devices.map(({ id }) => ({ organizationId, id })),
  );
  return withEnforced(
    { db, scope },
    devices.map((device, index) => [device, assigned[index]!]),
  );
}

/** Devices and what administrators gave them, with what automation rules give them. */
async function withEnforced(
  { db, scope }: ReadContext,
  devices: readonly (readonly [Device, Assigned])[],
): Promise<ManagedWindowsDevice[]> {
  const organizationId = scope.organization.id;
  const [enabled] = await loadEnabledRules(db, [organizationId]);
  const enforced = await loadEnforcedPolicies(
    db,
    windowsPolicies,
    devices.map(([device]) => ({ organizationId, device, enabled: enabled! })),
  );
  const references = devices.flatMap(([device, assigned], index) =>
    referencesOfDevice(device, [...assigned, ...enforced[index]!]),
  );
  const [items] = await loadItems(db, [{ organizationId, references }]);
  const policies = devices.map(([, assigned], index) => [...assigned, ...enforced[index]!]);
  const nodes = await nodesFor(db, policies);
  const users = await usersNamedIn(
    { db, scope },
    devices.map(([device], index) => ({ device, scripts: scriptsOf(device, policies[index]!) })),
  );
  return devices.map(([device, assigned], index) => ({
    device,
    assigned,
    enforced: enforced[index]!,
    effective: mergeWindowsPolicies(policies[index]!, nodes),
    items: items!,
    user: users[index],
  }));
}

/** What an administrator says of a Windows device. Members that are absent stay as they are; a list replaces the whole list. */
export interface WindowsDeviceChange extends AssignmentChange {
  readonly displayName?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  /** Null takes the device from its user. */
  readonly user?: NamedId | null | undefined;
  readonly segment?: number | undefined;
  readonly scripts?: readonly Script[] | undefined;
}

/**
 * Changes a Windows device and its policies together. Faults: `notFound`, `preconditionFailed`, `featureNotInPlan`, `invalidInput` (a
 * user, segment, policy or script that the organization does not have, and the faults of `setDeviceAssignments`).
 */
export async function updateWindowsDevice(
  context: WriteContext,
  key: DeviceKey,
  ifMatch: readonly number[] | undefined,
  change: WindowsDeviceChange,
): Promise<ManagedWindowsDevice> {
  const stored = await lockDevice(context, 'windows', key, ifMatch);
  const storedPolicies = await policiesOfDevice(context, stored);
  const assigned = await setDeviceAssignments(context, windowsPolicies, stored.id, storedPolicies, change);
  const { displayName, tags, segment, scripts } = change;
  if (scripts) await lockItems(context, scriptReferences(scripts));
  const user = change.user ? await requireUserOfInput(context, change.user) : change.user;
  const device = await saveDevice(
    context,
    stored,
    {
      ...(displayName !== undefined && { displayName }),
      ...(tags !== undefined && { tags }),
      ...(user !== undefined && { user }),
      ...(segment !== undefined && { segment }),
      ...(scripts !== undefined && { scripts }),
    },
    assigned !== storedPolicies,
  );
  if (device !== stored) {
    await auditDevice(context, 'windows.device.update', [stored, storedPolicies], [device, assigned]);
  }
  const [managed] = await withEnforced(context, [[device, assigned]]);
  return managed!;
}

/** A locked Windows device loses its user, policies and scripts, and lists leave it out. */
export async function removeWindowsDevice(context: WriteContext, stored: Device): Promise<Device> {
  const assigned = await policiesOfDevice(context, stored);
  await clearDeviceAssignments(context, stored.id);
  const device = await saveDevice(context, stored, {
    state: { to: 'DELETED', reason: 'removed-by-administrator' },
    user: null,
    scripts: [],
  });
  await auditDevice(context, 'windows.device.remove', [stored, assigned], [device, []]);
  return device;
}

/** The policies of a device that was just moved or otherwise read in the same transaction. */
async function policiesOfDevice({ db, scope }: ReadContext, { id }: Device): Promise<Assigned> {
  const devices = [{ organizationId: scope.organization.id, id }];
  const [assigned] = await loadAssignedPolicies(db, windowsPolicies, devices);
  return assigned!;
}

async function auditDevice(
  context: WriteContext,
  action: string,
  ...[before, after]: readonly [[Device, Assigned], [Device, Assigned]]
): Promise<void> {
  await audit(context, {
    action,
    target: auditTargetOfDevice(after[0]),
    before: auditable(...before),
    after: auditable(...after),
  });
}

/** What an administrator can change. */
function auditable(device: Device, assigned: Assigned) {
  const { displayName, tags, user, segment, scripts, state } = device;
  return {
    displayName,
    tags,
    user,
    segment,
    scripts,
    state,
    primaryPolicyId: primaryPolicyOf(assigned)?.id ?? null,
    policyAssignments: directPoliciesOf(assigned).map(({ policy, priority }) => ({
      policyId: policy.id,
      priority,
    })),
  };
}
