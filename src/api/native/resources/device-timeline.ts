import { Type, type Static } from 'typebox';
import { lastWakeOf, type WakeOutcome } from '../../../devices/apple-channels/index.ts';
import { listCommands, type DeviceCommand } from '../../../devices/commands/index.ts';
import { listEvents, type DeviceEvent } from '../../../devices/events/index.ts';
import { auditTargetOfDevice, type Device } from '../../../devices/index.ts';
import { parseHexId, type Id } from '../../../kernel/id.ts';
import { listAuditEvents, type AuditEvent, type ReadContext } from '../../../tenancy/index.ts';
import { effectivePolicyOf, type DocumentReader, type EffectivePolicy } from '../../../policies/index.ts';
import { Guid, Nullable, Timestamp } from '../shapes.ts';

export const TimelineItem = Type.Object({
  id: Guid('Id'),
  at: Timestamp('When it happened'),
  kind: Type.Enum(['change', 'state', 'report', 'waiting', 'event', 'command', 'wake'], {
    description:
      'A change by an administrator, another state of the device, its last status report, settings that it does not have yet, and why, something that it did or that happened to it, a command with how far it is, or when it was last woken',
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
      'Of a change its `action`, and the changed properties `before` and `after`; of a state `state` and `reason`; of settings that wait `state`, `reason`, `settings` (how many) and the first `keys`; of a command its `commandId`, `command` and `state`, `sentAt`, `notNowSince`, `finishedAt` and `error` where there are; of waking the `result`',
  }),
});

type Item = Omit<Static<typeof TimelineItem>, 'id'> & { readonly id: Id };

/**
 * What happened to a device, newest first: changes from the audit log, its states and its last report, what it did, the commands that it was
 * given, and when it was last woken. Actors are told to callers with `audit.read`. A constant number of statements.
 */
export async function listTimeline(
  context: ReadContext,
  device: Device,
  documents: DocumentReader,
  { after, limit }: { readonly after: Id | undefined; readonly limit: number },
): Promise<Item[]> {
  const { type, id } = auditTargetOfDevice(device);
  const { permissions } = context.scope.principal;
  const seesPolicies = policyPermissions.every((permission) => permissions.has(permission));
  const [changes, events, commands, wake, policy] = await Promise.all([
    listAuditEvents(context, { targetType: type, targetId: id, olderThan: after, limit }),
    listEvents(context, id, { after, limit }),
    listCommands(context, id, { after, limit }),
    device.platform === 'apple' ? lastWakeOf(context, id) : undefined,
    seesPolicies ? effectivePolicyOf(context, device, documents) : undefined,
  ]);
  const showsActors = permissions.has('audit.read');
  const computed = [
    ...ownItems(device),
    ...(policy ? waitingItems(device, policy) : []),
    ...(wake ? [wakeItem(wake)] : []),
  ];
  return [
    ...computed.filter((own) => after === undefined || own.id < after),
    ...changes.map(changeOf(showsActors)),
    ...events.map(eventItem),
    ...commands.map(commandItem),
  ]
    .toSorted((left, right) => (left.id < right.id ? 1 : -1))
    .slice(0, limit);
}

function eventItem({ id, at, title, details }: DeviceEvent): Item {
  return { id, at: at.toISOString(), kind: 'event', title, actor: null, details };
}

/** A command stands where it was given; what came of it is told there. */
function commandItem(command: DeviceCommand): Item {
  const { id, type, state, createdAt, sentAt, notNow, finishedAt, error } = command;
  return {
    id,
    at: createdAt.toISOString(),
    kind: 'command',
    title: `The command '${type}' ${progressOfCommand(command)}`,
    actor: null,
    details: {
      commandId: id,
      command: type,
      state,
      ...(sentAt && { sentAt: sentAt.toISOString() }),
      ...(notNow && { notNowSince: notNow.since.toISOString() }),
      ...(finishedAt && { finishedAt: finishedAt.toISOString() }),
      ...(error !== null && { error }),
    },
  };
}

function progressOfCommand({ state, notNow, error }: DeviceCommand): string {
  const why = error === null ? '.' : `: ${error}`;
  switch (state) {
    case 'queued':
      return 'waits until the device calls.';
    case 'sent':
      return 'was sent, and the device has not answered yet.';
    case 'notNow':
      return `is put off by the device since ${notNow!.since.toISOString()}.`;
    case 'acknowledged':
      return 'was done.';
    case 'error':
    case 'formatError':
      return `was refused by the device${why}`;
    case 'canceled':
      return `was withdrawn${why}`;
  }
}

const titlesOfWakes = {
  sent: 'The device was woken.',
  later: 'The device could not be woken; that is tried again',
  unreachable: 'The device cannot be woken before it calls by itself',
  refused: 'The device cannot be woken before an administrator changes something',
} as const satisfies Record<WakeOutcome['result'], string>;

function wakeItem({ at, outcome: { result, message } }: NonNullable<Awaited<ReturnType<typeof lastWakeOf>>>) {
  const title = titlesOfWakes[result];
  const why = message === null ? '.' : `: ${message}`;
  return item(at, 10_000, {
    kind: 'wake',
    title: result === 'sent' ? title : `${title}${why}`,
    details: { result },
  });
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
  retained: 'left on the device',
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
      title: titleOf(event, actor?.name ?? 'Somebody'),
      actor,
      // A new device is not told whole: it is there to be read.
      details: { action, ...(before && after && { before, after }) },
    };
  };
}

function titleOf(event: AuditEvent, who: string): string {
  const isOwn = event.actor.kind === 'device';
  // Devices that enrol add themselves.
  if (isOwn && event.action.endsWith('.create')) return 'The device was added.';
  return `${isOwn ? 'The device' : who} ${done(event)}.`;
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
      return after?.['state'] === 'DELETE_REQUESTED'
        ? 'asked for the end of the management of the device'
        : 'ended the management of the device';
    case 'command':
      return `gave the device the command '${after?.['command'] as string}'`;
    case 'issueAgentToken':
      return 'gave the agent of the device credentials';
    case 'revokeAgentToken':
      return "revoked the credentials of the device's agent";
    case 'runScript':
      return `asked for a run of the script '${after?.['script'] as string}' on the device`;
    case 'readPin':
      return 'read the PIN of the device';
    case 'update': {
      const changed = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
      const names = [...changed].map((name) => spoken[name] ?? name).toSorted();
      return `changed the ${and.format(names)} of the device`;
    }
    default:
      return `did ${action}`;
  }
}
