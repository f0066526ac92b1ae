import { Type, type Static } from 'typebox';
import { Fault } from '../../../kernel/fault.ts';
import type { Json } from '../../../kernel/json.ts';
import {
  listPlannedDevices,
  listPlannedDifferences,
  listPlans,
  requirePlan,
  type Plan,
  type PlannedDifference,
  type ProposedChange,
} from '../../../policies/index.ts';
import type { Permission, Scope } from '../../../tenancy/index.ts';
import { endpoint, requirePlanning, type Endpoint } from '../endpoint.ts';
import {
  AnyId,
  Guid,
  idInPath,
  ListOf,
  Nullable,
  pageById,
  pageByOffset,
  PageQuery,
  Timestamp,
} from '../shapes.ts';
import { DeviceReference, platforms, referenceTo } from './named-device.ts';

const tag = 'Plans';

/** A plan shows what devices have, so it needs what that needs; its changes need what they need by themselves. */
const planPermissions: readonly Permission[] = [
  'windows.device.read',
  'apple.device.read',
  'windows.policy.read',
  'deviceConfiguration.read',
  'group.read',
];

/** Refuses who may not make plans. Faults: `forbidden`. */
export function requirePlanPermissions({ principal }: Scope): void {
  const missing = planPermissions.find((permission) => !principal.permissions.has(permission));
  if (missing === undefined) return;
  throw new Fault('forbidden', `The permission ${missing} is needed.`, { accepted: [missing] });
}

const Change = Type.Object(
  {
    method: Type.String({ maxLength: 16, description: 'POST, PUT, PATCH or DELETE' }),
    url: Type.String({
      maxLength: 4_096,
      pattern: '^/',
      'x-takes': 'a path on this server, with its query',
      description:
        'A path of Microsoft Graph, of Applivery or of this API, from the root. `{changes[0].id}`, here or in a text of the body, is the id of what the first change creates.',
    }),
    headers: Type.Optional(
      Type.Object(
        { 'If-Match': Type.Optional(Type.String({ maxLength: 1_024 })) },
        { additionalProperties: false },
      ),
    ),
    body: Type.Optional(Type.Unknown({ description: 'What would be sent, as JSON' })),
  },
  { additionalProperties: false },
);

const mostChanges = 100;

const PlanBody = Type.Object({ changes: Type.Array(Change, { minItems: 1, maxItems: mostChanges }) });

const Count = (description: string) => Type.Integer({ description });

export const PlanShape = Type.Object({
  id: Guid('Id'),
  changes: Type.Array(
    Type.Object({
      method: Type.String(),
      url: Type.String(),
      status: Type.Integer({ description: 'What its API would answer' }),
      id: Nullable(Guid('Id of what it would create or change, where its API tells')),
    }),
  ),
  counts: Type.Object({
    devices: Count('Devices that would get something else'),
    settingsAdded: Count('Settings on devices, like all that follow'),
    settingsChanged: Count('With another value'),
    settingsRemoved: Count('That the device would no longer have'),
    settingsHandedOver: Count('With the same value from another policy'),
    newLosers: Count('Values of policies that would lose against another'),
    newConflicts: Count('Settings of which equally strong policies would say different things'),
    conflictsGone: Count('Settings of which they would not any more'),
    devicesThatCannotTakeAll: Count('Devices that cannot take all of what would be new'),
  }),
  createdBy: Type.String(),
  createdAt: Timestamp('When it was made'),
  expiresAt: Timestamp('Until when it can be applied'),
  appliedAt: Nullable(Timestamp('When it was applied')),
});

export function shownPlan({ createdAt, expiresAt, appliedAt, ...plan }: Plan): Static<typeof PlanShape> {
  return {
    ...plan,
    changes: [...plan.changes],
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    appliedAt: appliedAt?.toISOString() ?? null,
  };
}

const PolicyVersion = Type.Object({ id: Guid('Id'), name: Type.String(), version: Type.Integer() });
const Value = Type.Unknown({ description: 'A secret is told as `********`' });
const key = {
  platform: Type.Enum([...platforms]),
  key: Type.String(),
  title: Type.String(),
};
const Given = Type.Object({ value: Value, policy: PolicyVersion });
const GivenSetting = Type.Object({ ...key, value: Value, policy: PolicyVersion });
const ChangedSetting = Type.Object({ ...key, before: Given, after: Given });
const Losers = Type.Array(Type.Object({ ...key, value: Value, policy: PolicyVersion, why: Type.String() }));
const Conflicts = Type.Array(Type.Object(key));

const DifferenceShape = Type.Object({
  added: Type.Array(GivenSetting),
  changed: Type.Array(ChangedSetting),
  removed: Type.Array(GivenSetting),
  handedOver: Type.Array(ChangedSetting, { description: 'The same value from another policy' }),
  losers: Type.Object({ new: Losers, gone: Losers }),
  conflicts: Type.Object({ new: Conflicts, gone: Conflicts }),
  cannotTake: Type.Array(
    Type.Object({
      policy: PolicyVersion,
      key: Nullable(
        Type.String({
          description: "The setting, or its place in the policy's document; null for the whole policy",
        }),
      ),
      reason: Type.String({ description: 'For people' }),
    }),
    { description: 'What of the new the devices cannot take' },
  ),
});

type Difference = Static<typeof DifferenceShape>;

function shownDifference(difference: PlannedDifference): Difference {
  const version = ({ id, name, version }: Static<typeof PolicyVersion>) => ({ id, name, version });
  const given = ({ value, winner }: { value: Json; winner: Static<typeof PolicyVersion> }) => ({
    value,
    policy: version(winner),
  });
  const setting = ({ platform, key, title, ...of }: PlannedDifference['added'][number]) => ({
    platform,
    key,
    title,
    ...given(of),
  });
  const changed = ({ platform, key, title, before, after }: PlannedDifference['changed'][number]) => ({
    platform,
    key,
    title,
    before: given(before),
    after: given(after),
  });
  const loser = ({
    platform,
    key,
    title,
    value,
    policy,
    why,
  }: PlannedDifference['losers']['new'][number]) => ({
    platform,
    key,
    title,
    value,
    policy: version(policy),
    why,
  });
  const { losers, conflicts, cannotTake } = difference;
  return {
    added: difference.added.map(setting),
    changed: difference.changed.map(changed),
    removed: difference.removed.map(setting),
    handedOver: difference.handedOver.map(changed),
    losers: { new: losers.new.map(loser), gone: losers.gone.map(loser) },
    conflicts: { new: [...conflicts.new], gone: [...conflicts.gone] },
    cannotTake: [...cannotTake],
  };
}

const SharedDifference = Type.Object({
  number: Type.Integer(),
  devices: Type.Integer({ description: 'How many devices it is the difference of' }),
  difference: DifferenceShape,
});

const PlannedDevice = Type.Object({
  device: DeviceReference,
  number: Type.Integer({ description: 'Number of its difference, which it may share with other devices' }),
  difference: DifferenceShape,
});

const PlanPath = Type.Object({ plan: AnyId('Id of the plan') });

const planId = ({ plan }: Static<typeof PlanPath>) => idInPath(plan, 'Plan');

function proposedChange({ method, url, headers = {}, body }: Static<typeof Change>): ProposedChange {
  const ifMatch = headers['If-Match'];
  return {
    method: method.toUpperCase(),
    url,
    headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
    body: body as Json | undefined,
  };
}

export const planEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'createPlan',
    method: 'POST',
    url: '/plans',
    tag,
    summary: 'See what changes would come to',
    description:
      'Takes requests as any of the APIs takes them, tries them one after the other, works out what every device would get, and undoes it all. Needs the permissions of the requests, too. A change that would be refused refuses the plan, with 403 where the caller lacks a permission and else with 400, and is named with what its API would answer.',
    permission: planPermissions,
    body: PlanBody,
    data: PlanShape,
    async handle({ body, read, planning }) {
      const plan = await requirePlanning(planning).make(read.scope, body.changes.map(proposedChange));
      return { data: shownPlan(plan), created: plan.id };
    },
  }),
  endpoint({
    name: 'listPlans',
    method: 'GET',
    url: '/plans',
    tag,
    summary: 'List plans',
    description: 'Oldest first. They are kept for a day, the newest 50 of them.',
    permission: planPermissions,
    query: PageQuery,
    data: ListOf(PlanShape),
    async handle({ query, read }) {
      const { items, next } = await pageById(query, (part) => listPlans(read, part));
      return { data: { items: items.map(shownPlan), next } };
    },
  }),
  endpoint({
    name: 'getPlan',
    method: 'GET',
    url: '/plans/{plan}',
    tag,
    summary: 'Get a plan',
    permission: planPermissions,
    path: PlanPath,
    data: PlanShape,
    async handle({ path, read }) {
      return { data: shownPlan(await requirePlan(read, planId(path))) };
    },
  }),
  endpoint({
    name: 'listPlanDevices',
    method: 'GET',
    url: '/plans/{plan}/devices',
    tag,
    summary: 'List the devices that would get something else, with what',
    permission: planPermissions,
    path: PlanPath,
    query: Type.Object({
      ...PageQuery.properties,
      cannotTake: Type.Optional(
        Type.Boolean({ description: 'Only devices that cannot take all of what would be new' }),
      ),
    }),
    data: ListOf(PlannedDevice),
    async handle({ path, query: { cannotTake = false, ...query }, read }) {
      const { id } = await requirePlan(read, planId(path));
      const { items, next } = await pageById(query, (part) =>
        listPlannedDevices(read, id, { ...part, cannotTake }),
      );
      const shown = items.map(({ device, number, difference }) => ({
        device: referenceTo(device),
        number,
        difference: shownDifference(difference),
      }));
      return { data: { items: shown, next } };
    },
  }),
  endpoint({
    name: 'listPlanDifferences',
    method: 'GET',
    url: '/plans/{plan}/differences',
    tag,
    summary: 'List what would become different, once for all devices to which the same happens',
    permission: planPermissions,
    path: PlanPath,
    query: PageQuery,
    data: ListOf(SharedDifference),
    async handle({ path, query, read }) {
      const { id } = await requirePlan(read, planId(path));
      const { items, next } = await pageByOffset(query, (part) => listPlannedDifferences(read, id, part));
      const shown = items.map(({ number, devices, difference }) => ({
        number,
        devices,
        difference: shownDifference(difference),
      }));
      return { data: { items: shown, next } };
    },
  }),
  endpoint({
    name: 'applyPlan',
    method: 'POST',
    url: '/plans/{plan}/apply',
    tag,
    summary: 'Make the changes of a plan',
    description:
      'Makes exactly the changes of the plan, all or none, or refuses with 409 when they would not come to the same any more. Needs the permissions of the requests, too.',
    permission: planPermissions,
    path: PlanPath,
    data: PlanShape,
    async handle({ path, read, planning }) {
      return { data: shownPlan(await requirePlanning(planning).apply(read.scope, planId(path))) };
    },
  }),
];
