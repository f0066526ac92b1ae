import { Type, type Static } from 'typebox';
import type { Device } from '../../../devices/index.ts';
import {
  effectivePolicyPageOf,
  priorityOf,
  settingStates,
  type EffectivePolicyPage,
  type SettingPosition,
} from '../../../policies/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { AnyId, Guid, idIn, limitWhenUnset, Nullable, PageQuery, Timestamp, wrongCursor } from '../shapes.ts';
import { DevicePath, DeviceReference, platforms, referenceTo, requireDevice } from './named-device.ts';

const Named = (what: string) => Type.Object({ id: Guid(`Id of the ${what}`), name: Type.String() });
const Value = (description: string) => Type.Unknown({ description });

const Source = Type.Object({
  policy: Type.Object({ id: Guid('Id of the policy'), name: Type.String(), version: Type.Integer() }),
  assignment: Type.Enum(['primary', 'direct', 'rule', 'allDevices', 'allLicensedUsers', 'group'], {
    description: 'How the device has the policy: of several ways the strongest',
  }),
  priority: Nullable(
    Type.Integer({
      description: 'The lower number wins; null for the primary policy, which wins over every number',
    }),
  ),
  since: Nullable(Timestamp('Since when the device has the policy in this way')),
  group: Nullable(Named('group')),
  rule: Nullable(Named('automation rule')),
  audiences: Type.Array(
    Type.Object({
      ...Named('device audience').properties,
      reasons: Type.Array(Type.String(), { description: 'What of the device says so, such as `tag:sales`' }),
    }),
    { description: 'Why the rule has the device' },
  ),
});

const SettingShape = Type.Object({
  platform: Type.Enum([...platforms]),
  key: Type.String({
    description:
      "Windows: the node's path in lower case, or the part of the policy and the id in it. Apple: payload type and key, or `profile/` and its identifier.",
  }),
  title: Type.String(),
  value: Value('What the device shall have. A secret is told as `********`.'),
  state: Type.Enum([...settingStates], {
    description:
      '`verified`: the device says that it has the value. `retained`: no policy wants it any more, and there is no way to remove it from the device.',
  }),
  reason: Nullable(Type.String({ description: 'Why it is in this state' })),
  winner: Nullable({
    ...Source,
    description:
      'Null for what no policy wants any more and is still on the device: it is `pending` while it is being removed, or `retained`',
  }),
  losers: Type.Array(
    Type.Object({
      ...Source.properties,
      value: Value('What this policy says'),
      why: Type.Enum(['weaker', 'olderAssignmentWins', 'notChosen', 'combined', 'sameValue']),
    }),
    { description: 'The other policies that speak of the key, the strongest first' },
  ),
  reported: Nullable(
    Type.Object({
      value: Value('What the device says it has'),
      at: Nullable(Timestamp('When it said so; null while that is not known')),
    }),
  ),
});

const NotApplicableShape = Type.Object({
  ...Source.properties,
  property: Nullable(
    Type.String({ description: "Its place in the policy's document; null for the whole policy" }),
  ),
  value: Value('What the policy says there'),
  reason: Type.String({ description: 'The name of the reason, for programs' }),
  message: Type.String({ description: 'The reason, for people' }),
});

const EffectivePolicyShape = Type.Object({
  device: DeviceReference,
  counts: Type.Record(Type.Enum([...settingStates]), Type.Integer(), {
    description: 'How many of all the settings are in each state, whichever were asked for',
  }),
  settings: Type.Array(SettingShape, {
    description:
      'What the device shall have, no key twice: those settings of this page. What is left on it of other policies comes last.',
  }),
  next: Nullable(Type.String({ description: 'For `after`; null on the last page' })),
  isRecalculating: Type.Boolean({
    description:
      'A change is being worked out that may still give the device something else: see `GET …/recalculations`',
  }),
  notApplicable: Type.Array(NotApplicableShape, {
    description:
      'What of its policies the device does not get, or not as it is written; the same on every page. `policyId` narrows it down, the other filters do not.',
  }),
});

const Query = Type.Object({
  limit: PageQuery.properties.limit,
  after: Type.Optional(Type.String({ maxLength: 128, description: '`next` of the page before' })),
  state: Type.Optional(
    Type.Array(Type.Enum([...settingStates]), {
      maxItems: settingStates.length,
      description: 'Only settings in one of these states',
    }),
  ),
  key: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4_096,
      description:
        'Only the setting with this key and those below it, whatever their case: `com.apple.applicationaccess` finds all of that payload, `./Vendor/MSFT/Policy/Config/DeviceLock` all of that node',
    }),
  ),
  policyId: Type.Optional(
    AnyId('Only settings that this policy gives or loses, and what of it the device does not get'),
  ),
});

const cursor = /^([0-9a-f]{64})\.(\d{1,9})$/;

function readPosition(text: string): SettingPosition {
  const [, documentKey, index] = cursor.exec(text) ?? [];
  if (documentKey === undefined) throw wrongCursor();
  return { documentKey, index: Number(index) };
}

type ShownSource = NonNullable<EffectivePolicyPage['settings'][number]['winner']>;

function source({ id, name, version, source, assignment }: ShownSource): Static<typeof Source> {
  const { rule } = assignment ?? {};
  return {
    policy: { id, name, version },
    assignment: source.kind,
    priority: priorityOf(source),
    since: assignment?.assignedAt.toISOString() ?? null,
    group:
      source.kind === 'group' ? { id: source.groupId, name: assignment?.groupName ?? source.groupId } : null,
    rule: source.kind === 'rule' ? { id: source.ruleId, name: rule?.name ?? source.ruleId } : null,
    audiences: (rule?.audiences ?? []).map(({ id, name, reasons }) => ({ id, name, reasons: [...reasons] })),
  };
}

function shown(device: Device, policy: EffectivePolicyPage) {
  // Hundreds of settings have the same few winners.
  const winners = new Map<ShownSource, Static<typeof Source>>();
  const winnerOf = (winner: ShownSource) => {
    const known = winners.get(winner) ?? source(winner);
    winners.set(winner, known);
    return known;
  };
  const { counts, next } = policy;
  return {
    device: referenceTo(device),
    counts,
    settings: policy.settings.map(
      ({ platform, key, title, value, state, reason, winner, losers, reported }) => ({
        platform,
        key,
        title,
        value,
        state,
        reason,
        winner: winner && winnerOf(winner),
        losers: losers.map((loser) => ({ ...source(loser), value: loser.value, why: loser.why })),
        reported: reported && { value: reported.value, at: reported.at?.toISOString() ?? null },
      }),
    ),
    next: next && `${next.documentKey}.${next.index}`,
    isRecalculating: policy.isRecalculating,
    notApplicable: policy.notApplicable.map(({ property, value, reason, message, policy: of }) => ({
      ...source(of),
      property,
      value,
      reason,
      message,
    })),
  };
}

export const effectivePolicyEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'getEffectivePolicy',
    method: 'GET',
    url: '/devices/{device}/effective-policy',
    tag: 'Devices',
    summary: 'Get what a device shall have, and why',
    description:
      'Every setting of every policy that the device has, with the policy that wins, those that lose, and how far the device is; behind them what is left on the device of policies that it does not have any more. A deleted device has none. The settings come in pages, in the order of the policies, the strongest first. When what the device shall have changes between two pages, the next page is refused with 409 and code `outdated`: begin again with the first one. `state` is looked at anew for each page.',
    outdated: 'What the device shall have has changed since the page before',
    permission: [
      'windows.device.read',
      'apple.device.read',
      'windows.policy.read',
      'deviceConfiguration.read',
      'group.read',
    ],
    path: DevicePath,
    query: Query,
    data: EffectivePolicyShape,
    async handle({ path, query, read, documents }) {
      const { state: states, key, policyId, after, limit = limitWhenUnset } = query;
      const part = {
        filter: { states, key, policyId: policyId === undefined ? undefined : idIn(policyId, 'policyId') },
        after: after === undefined ? undefined : readPosition(after),
        limit,
      };
      const device = await requireDevice(read, path.device);
      return { data: shown(device, await effectivePolicyPageOf(read, device, documents, part)) };
    },
  }),
];
