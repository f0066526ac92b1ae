import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import {
  noSelectors,
  windowsOrganization,
  type WindowsOrganization,
} from '../../../test/support/windows-organization.ts';
import { sql } from '../../database/index.ts';
import { updateAudience, type AudienceSelectors } from '../../devices/audiences/index.ts';
import {
  addGroupMembers,
  createDevice,
  listDevices,
  lockDevice,
  removeGroupMembers,
  saveDevice,
  type Device,
} from '../../devices/index.ts';
import { createGroup, updateUser, type AssignmentTarget } from '../../directory/index.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { change, operatorScope, type ReadContext, type WriteContext } from '../../tenancy/index.ts';
import { createPolicy, updatePolicy } from '../change-policy.ts';
import { removePolicy } from '../remove-policy.ts';
import { createRule, removeRule, updateRule } from '../change-automation-rule.ts';
import { compilePolicy, resolve } from '../engine/index.ts';
import { familyOfKind, platformOfKind } from '../policy-families.ts';
import { policyOfRow, selectPolicies } from '../policy-row.ts';
import { systemOf } from '../system.ts';
import { replaceTargets } from '../targets.ts';
import { removeWindowsDevice, updateWindowsDevice } from '../windows-devices.ts';
import { emptyWindowsPolicy } from '../windows-policy.ts';
import { desiredStateOf } from './documents.ts';
import { policiesReaching } from './reach.ts';
import { recalculateTouched, recalculationJob, recalculationTask } from './recalculations.ts';
import { factsOf } from '../../devices/index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const tags = ['sales', 'remote', 'kiosk'];
const departments = ['Sales', 'Design'];
const systems = ['macOS', 'iPadOS', 'tvOS'];

/** What of the organization there is, so that a number can pick one. */
interface World {
  readonly organization: WindowsOrganization;
  readonly devices: Id[];
  /** Those of the devices that run Windows. */
  readonly windows: Id[];
  readonly users: Id[];
  readonly groups: Id[];
  readonly audiences: Id[];
  readonly rules: Id[];
  readonly policies: { readonly id: Id; readonly kind: string }[];
}

/** One change; `pick` gives one of a list by the next random number. */
type Step = (context: WriteContext, world: World, next: Next) => Promise<unknown>;

interface Next {
  number(below: number): number;
  of<Item>(items: readonly Item[]): Item;
  some<Item>(items: readonly Item[]): Item[];
}

const contentOf = (kind: string, next: Next): object => {
  switch (kind) {
    case 'winPolicy': {
      const names = next.some(['A', 'B', 'C']);
      const config = names.map((name) => [`./Device/Vendor/MSFT/Policy/Config/${name}`, next.number(3)]);
      return { ...emptyWindowsPolicy, config: Object.fromEntries(config) as JsonObject };
    }
    case 'windows10CustomConfiguration':
      return {
        omaSettings: next.some(['A', 'C', 'D']).map((name) => ({
          '@odata.type': '#microsoft.graph.omaSettingInteger',
          displayName: name,
          omaUri: `./Device/Vendor/MSFT/Policy/Config/${name}`,
          value: next.number(3),
        })),
      };
    case 'macOSGeneralDeviceConfiguration':
      return { passwordMinimumLength: next.number(5) + 4, passwordBlockSimple: next.number(2) === 1 };
    default:
      return { passcodeMinimumLength: next.number(5) + 4, cameraBlocked: next.number(2) === 1 };
  }
};

const kinds = [
  'winPolicy',
  'windows10CustomConfiguration',
  'macOSGeneralDeviceConfiguration',
  'iosGeneralDeviceConfiguration',
];

function newPolicy(context: WriteContext, next: Next) {
  const kind = next.of(kinds);
  const family = familyOfKind(kind);
  const document = contentOf(kind, next);
  return createPolicy<object>(context, family, { kind, name: `P${next.number(100)}`, document });
}

function selectors(world: World, next: Next): AudienceSelectors {
  return {
    ...noSelectors,
    deviceGroups: [next.some(tags), next.some(tags)],
    mdmUserGroups: [next.some([...tags, ...departments.map((name) => `department:${name}`)])],
    winDeviceIds: next.number(4) === 0 ? world.windows.slice(-1) : [],
    mdmUserIds: next.number(4) === 0 ? [next.of(world.users)] : [],
    serialNumbers: next.number(4) === 0 ? ['S1'] : [],
  };
}

function ruleContent(world: World, next: Next) {
  return {
    audienceIds: [next.of(world.audiences), ...next.some(world.audiences)].filter(isFirst),
    actions: [next.of(world.policies), ...next.some(world.policies)].filter(isFirst).map(({ id, kind }) => ({
      policyId: id,
      platform: platformOfKind(kind),
      priority: next.number(2) * 100,
    })),
    enabled: next.number(4) > 0,
  };
}

const isFirst = <Item>(item: Item, index: number, all: readonly Item[]) => all.indexOf(item) === index;

function changeDevice(context: WriteContext, device: Device, change: Parameters<typeof saveDevice>[2]) {
  return saveDevice(context, device, change);
}

async function lockAny(context: WriteContext, id: Id): Promise<Device> {
  try {
    return await lockDevice(context, 'windows', { id, text: id });
  } catch {
    return lockDevice(context, 'apple', { id, text: id });
  }
}

const steps: readonly Step[] = [
  async (context, { devices, windows }, next) => {
    const platform = next.of(['windows', 'apple'] as const);
    const summary = platform === 'apple' ? { os: next.of(systems) } : {};
    const { id } = await createDevice(context, {
      platform,
      summary,
      serialNumber: `S${next.number(3)}`,
      tags: next.some(tags),
    });
    devices.push(id);
    if (platform === 'windows') windows.push(id);
  },
  async (context, { devices }, next) =>
    changeDevice(context, await lockAny(context, next.of(devices)), { tags: next.some(tags) }),
  async (context, { devices, users }, next) => {
    const id = next.number(4) === 0 ? undefined : next.of(users);
    const device = await lockAny(context, next.of(devices));
    return changeDevice(context, device, { user: id ? { id, email: 'somebody@example.com' } : null });
  },
  async (context, { devices }, next) => {
    const id = next.of(devices);
    await removeWindowsDevice(context, { id, text: id }, undefined);
  },
  async (context, { devices, policies }, next) => {
    const id = next.of(devices);
    const own = policies.filter(({ kind }) => kind === 'winPolicy');
    const named = (of: { id: Id }) => ({ id: of.id, path: 'policy' });
    await updateWindowsDevice(context, { id, text: id }, undefined, {
      primary: next.number(2) === 0 || own.length === 0 ? null : named(next.of(own)),
      direct: next.some(own).map((of) => ({ policy: named(of), priority: next.number(2) * 100 })),
    });
  },
  (context, { users }, next) =>
    updateUser(context, next.of(users), {
      tags: next.some(tags),
      metadata: { department: next.of(departments) },
    }),
  (context, { groups, users, devices }, next) =>
    addGroupMembers(context, next.of(groups), [next.of(next.number(2) === 0 ? users : devices)]),
  (context, { groups, users, devices }, next) =>
    removeGroupMembers(context, next.of(groups), [next.of(next.number(2) === 0 ? users : devices)]),
  (context, world, next) =>
    updateAudience(context, next.of(world.audiences), { selectors: selectors(world, next) }),
  (context, world, next) => updateRule(context, next.of(world.rules), ruleContent(world, next)),
  async (context, world, next) => {
    const content = { description: null, name: `R${next.number(1_000)}`, ...ruleContent(world, next) };
    const { id } = await createRule(context, content);
    world.rules.push(id);
  },
  (context, { rules }, next) => removeRule(context, next.of(rules)),
  async (context, { policies }, next) => {
    const { id, kind } = await newPolicy(context, next);
    policies.push({ id, kind });
  },
  (context, { policies }, next) => {
    const { id, kind } = next.of(policies);
    return updatePolicy<object>(context, familyOfKind(kind), id, undefined, () => ({
      document: contentOf(kind, next),
    }));
  },
  (context, { policies }, next) => {
    const { id, kind } = next.of(policies);
    return removePolicy(context, familyOfKind(kind), id, undefined);
  },
  (context, { policies, groups }, next) => {
    const { id, kind } = next.of(policies);
    const [first, second] = [next.of(groups), next.of(groups)];
    const targets: AssignmentTarget[] = next.some<AssignmentTarget>([
      { kind: 'allDevices' },
      { kind: 'allLicensedUsers' },
      { kind: 'group', groupId: first },
      { kind: 'exclusionGroup', groupId: second },
    ]);
    const named = targets.map((target, index) => ({ target, path: `targets[${index}]` }));
    return replaceTargets(context, familyOfKind(kind), id, named);
  },
];

/** Numbers that look random (a linear congruential generator), always the same for the same seed. */
function nextOf(seed: number): Next {
  let state = seed;
  const number = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return {
    number,
    of: (items) => items[number(items.length)]!,
    some: (items) => items.filter(() => number(2) === 0),
  };
}

async function newWorld(next: Next): Promise<World> {
  const organization = await windowsOrganization(server, `o${randomUUID().slice(0, 8)}`);
  const world: World = {
    organization,
    devices: [],
    windows: [],
    users: [],
    groups: [],
    audiences: [],
    rules: [],
    policies: [],
  };
  for (let index = 0; index < 4; index++) {
    world.users.push(
      (await organization.user(`${index}@example.com`, undefined, { tags: next.some(tags) })).id,
    );
  }
  for (const name of ['G1', 'G2', 'G3']) {
    const { id } = await organization.change((context) =>
      createGroup(context, { displayName: name, mailNickname: name }),
    );
    world.groups.push(id);
  }
  for (let index = 0; index < 8; index++)
    await organization.change((context) => steps[0]!(context, world, next));
  for (let index = 0; index < 6; index++) {
    const { id, kind } = await organization.change((context) => newPolicy(context, next));
    world.policies.push({ id, kind });
  }
  for (const name of ['A1', 'A2', 'A3']) {
    world.audiences.push((await organization.audience(name, selectors(world, next))).id);
  }
  for (const name of ['R1', 'R2'])
    world.rules.push((await organization.rule(name, ruleContent(world, next))).id);
  return world;
}

/** What each device shall have, worked out from nothing, one by one. */
async function fromNothing(read: ReadContext, device: Device) {
  const { assigned, exclusions } = await policiesReaching(read, device);
  const system = systemOf(factsOf(device));
  if (system === undefined) return null;
  const rows = await selectPolicies(read.db)
    .where('organization_id', '=', read.scope.organization.id)
    .execute();
  const compiled = new Map(
    rows.map((row) => [row.id, compilePolicy(policyOfRow<object>(familyOfKind(row.kind), row))]),
  );
  const ready = assigned.map(({ policy, assignment }) => ({ policy: compiled.get(policy.id)!, assignment }));
  return resolve(system, ready, exclusions);
}

async function expectUpToDate(read: ReadContext): Promise<void> {
  const page = { limit: 1_000, offset: 0, sort: { field: 'createdAt', descending: false } } as const;
  const { items } = await listDevices(read, { includeDeleted: true }, page);
  expect(items.length).toBeGreaterThan(0);
  for (const device of items) {
    const stored = await desiredStateOf(read, device.id);
    if (device.state === 'DELETED') expect(stored).toBeUndefined();
    else expect(stored?.document).toEqual(JSON.parse(JSON.stringify(await fromNothing(read, device))));
  }
  const { rows } = await sql<{ sets: number; used: number; documents: number; shown: number }>`select
      (select count(*) from policies_set where organization_id = ${read.scope.organization.id}) as sets,
      (select count(distinct set_id) from policies_device_set where organization_id = ${read.scope.organization.id}) as used,
      (select count(*) from policies_document where organization_id = ${read.scope.organization.id}) as documents,
      (select count(distinct document_key) from policies_set where organization_id = ${read.scope.organization.id}) as shown`.execute(
    read.db.connection,
  );
  expect(rows[0]!.sets).toBe(rows[0]!.used);
  expect(rows[0]!.documents).toBe(rows[0]!.shown);
}

test.each([
  ['in the change itself', undefined],
  ['by jobs in small batches', { devices: 2, sets: 1 }],
])(
  '200 random changes, worked out %s, come to what working out from nothing does',
  async (_, limits) => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), async (seed) => {
        const next = nextOf(seed);
        let changes = 0;
        const world = await newWorld(next);
        const { organization } = world.organization.tenant;
        const scope = operatorScope(organization, 'test');
        const services = {
          database: server.database,
          clock: () => server.now(),
          newId: server.newId,
          secrets: server.secrets,
          beforeCommit: (context: WriteContext) => recalculateTouched(context, limits),
        };
        const tasks = { [recalculationJob]: recalculationTask(services, limits) };
        for (let done = 1; done <= 200; done++) {
          server.advance(1_000);
          const step = next.of(steps);
          try {
            await change(services, scope, (context) => step(context, world, next));
            changes++;
          } catch (error) {
            // What the domain refuses is no change; anything else is a bug.
            if (!(error instanceof Fault)) throw error;
          }
          if (limits && done % 7 === 0) await server.runJobs(tasks);
          if (done % 50 === 0) {
            if (limits) await server.runJobs(tasks);
            await expectUpToDate({ db: server.database, scope });
          }
        }
        expect(changes).toBeGreaterThan(100);
      }),
      { numRuns: limits ? 1 : 2, endOnFailure: true },
    );
  },
  120_000,
);
