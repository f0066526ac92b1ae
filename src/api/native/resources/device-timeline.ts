import { Type, type Static } from 'typebox';
import { auditTargetOfDevice, type Device } from '../../../devices/index.ts';
import { parseHexId, type Id } from '../../../kernel/id.ts';
import { listAuditEvents, type AuditEvent, type ReadContext } from '../../../tenancy/index.ts';
import { effectivePolicyOf, type DocumentReader, type EffectivePolicy } from '../../../policies/index.ts';
import { Guid, Nullable, Timestamp } from '../shapes.ts';

export const TimelineItem = Type.Object({
  id: Guid('Id'),
  at: Timestamp('When it happened'),
  kind: Type.Enum(['change', 'state', 'report', 'waiting'], {
    description:
      'A change by an administrator, another state of the device, its last status report, or settings that it does not have yet, and why',
  }),
  title: Type.String({ description: 'What happened, for people' }),
  actor: Nullable(
    Type.Object(
      {
        kind: Type.String(),
        id: Nullable(Guid('Id of the service account or application')),
        name: Type.String(),
      },
      { description: 'Who did it; null where nobody is told' },
    ),
  ),
  details: Type.Record(Type.String(), Type.Unknown(), {
    description:
      'Of a change its `action`, and the changed properties `before` and `after`; of a state `state` and `reason`; of settings that wait `state`, `reason`, `settings` (how many) and the first `keys`',
  }),
});

type Item = Omit<Static<typeof TimelineItem>, 'id'> & { readonly id: Id };

/**
 * What happened to a device, newest first: changes from the audit log, its states and its last report. Actors are told to callers with
 * `audit.read`.
 */
export async function listTimeline(
  context: ReadContext,
  device: Device,
  documents: DocumentReader,
  { after, limit }: { readonly after: Id | undefined; readonly limit: number },
): Promise<Item[]> {
  const { type, id } = auditTargetOfDevice(device);
  const events = await listAuditEvents(context, { targetType: type, targetId: id, olderThan: after, limit });
  const { permissions } = context.scope.principal;
  const seesPolicies = policyPermissions.every((permission) => permissions.has(permission));
  const waiting = seesPolicies
    ? waitingItems(device, await effectivePolicyOf(context, device, documents))
    : [];
  const showsActors = context.scope.principal.permissions.has('audit.read');
  return [
    ...[...ownItems(device), ...waiting].filter((own) => after === undefined || own.id < after),
    ...events.map(changeOf(showsActors)),
  ]
    .toSorted((left, right) => (left.id < right.id ? 1 : -1))
    .slice(0, limit);
}

/** What the device itself tells. Its items have no ids of their own, so they get such that the ids' order is that of time. */
function ownItems({ stateHistory, lastStatusReportAt }: Device): Item[] {
  const states = stateHistory.map(({ state, date, config }, index) => {
    const at = new Date(date);
    const details = { state, ...(config.reason !== undefined && { reason: config.reason }) };
    return item(at, index + 1, { kind: 'state' as const, title: titlesOfStates[state], details });
  });
  if (!lastStatusReportAt) return states;
  const title = 'The device reported its status.';
  return [...states, item(lastStatusReportAt, 0, { kind: 'report', title, details: {} })];
}

/** Who may not read policies is not told what waits. */
const policyPermissions = ['windows.policy.read', 'deviceConfiguration.read', 'group.read'] as const;

const namedKeys = 20;

/** What a device does not have yet of what it shall have, by the reason, since it was last heard of. */
function waitingItems(device: Device, { settings }: EffectivePolicy): Item[] {
  const { lastStatusReportAt, enrolledAt, createdAt } = device;
  const open = settings.filter(({ state }) => state !== 'verified' && state !== 'notApplicable');
  const byReason = Map.groupBy(open, ({ state, reason }) => `${state} ${reason}`);
  return [...byReason.values()].map((group, index) => {
    const { state, reason } = group[0]!;
    const count = group.length === 1 ? 'One setting is' : `${group.length} settings are`;
    return item(lastStatusReportAt ?? enrolledAt ?? createdAt, 1_000 + index, {
      kind: 'waiting',
      title: `${count} ${wordsOfStates[state]}${reason === null ? '.' : `: ${reason}`}`,
      details: {
        state,
        reason,
        settings: group.length,
        keys: group.slice(0, namedKeys).map(({ key }) => key),
      },
    });
  });
}

const wordsOfStates = {
  pending: 'pending',
  delivered: 'delivered and not confirmed yet',
  verified: 'there',
  error: 'in error',
  conflict: 'in conflict',
  notApplicable: 'not applicable',
} as const satisfies Record<EffectivePolicy['settings'][number]['state'], string>;

/** `number` tells items of one moment apart. */
function item(at: Date, number: number, rest: Pick<Item, 'kind' | 'title' | 'details'>): Item {
  const hex = (value: number) => value.toString(16).padStart(12, '0');
  return { id: parseHexId(hex(at.getTime()) + hex(number))!, at: at.toISOString(), actor: null, ...rest };
}

const titlesOfStates = {
  PROVISIONING: 'The device is being set up.',
  ACTIVE: 'The device became active.',
  DELETE_REQUESTED: 'The removal of the device was asked for.',
  DELETED: 'The management of the device ended.',
  UNKNOWN: 'The state of the device became unknown.',
} as const satisfies Record<Device['state'], string>;

function changeOf(showsActors: boolean) {
  return (event: AuditEvent): Item => {
    const { id, at, action, before, after } = event;
    const actor = showsActors ? event.actor : null;
    return {
      id,
      at: at.toISOString(),
      kind: 'change',
      title: `${actor?.name ?? 'Somebody'} ${done(event)}.`,
      actor,
      // A new device is not told whole: it is there to be read.
      details: { action, ...(before && after && { before, after }) },
    };
  };
}

const spoken: Readonly<Record<string, string>> = {
  displayName: 'name',
  primaryPolicyId: 'primary policy',
  policyAssignments: 'further policies',
};

const and = new Intl.ListFormat('en');

/** What the actor of an event did, to follow a name. */
function done({ action, before, after }: AuditEvent): string {
  switch (action.split('.').at(-1)) {
    case 'create':
      return 'added the device';
    case 'move':
      return 'moved the device to another segment';
    case 'remove':
      return 'ended the management of the device';
    case 'update': {
      const changed = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
      const names = [...changed].map((name) => spoken[name] ?? name).toSorted();
      return `changed the ${and.format(names)} of the device`;
    }
    default:
      return `did ${action}`;
  }
}
