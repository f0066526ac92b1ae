import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { windowsOrganization, type WindowsOrganization } from '../../../test/support/windows-organization.ts';
import { sql } from '../../database/index.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import { change, operatorScope, type ChangeServices, type WriteContext } from '../../tenancy/index.ts';
import { updateWindowsPolicy } from '../windows-policies.ts';
import { updateRule } from '../change-automation-rule.ts';
import { expectUpToDate } from './fixtures/up-to-date.ts';
import {
  recalculateTouched,
  recalculationJob,
  recalculationTask,
  resumeRecalculations,
} from './recalculations.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Everything is left to the job, and it does three devices or one set at a time. */
const none = { devices: 0, sets: 0 };
const few = { devices: 3, sets: 1 };

let made = 0;

/** An organization of eight devices, of which the first four are in sales, and a rule that gives sales a policy. */
async function company() {
  const own = await windowsOrganization(server, `company-${++made}`);
  const { organization, token } = own.tenant;
  const devices: Id[] = [];
  for (let count = 0; count < 8; count++) {
    const device = await own.device({ tags: count < 4 ? ['sales', `t${count}`] : [`t${count}`] });
    devices.push(device.id);
  }
  const policy = await own.policy('Sales', { config: { './Vendor/MSFT/A': 1 } });
  const everyone = devices.map((_, index) => [`t${index}`]);
  const rule = await own.rule('Sales', {
    audienceIds: [(await own.audience('Sales', { deviceGroups: [['sales']] })).id],
    actions: [{ policyId: policy.id, platform: 'windows', priority: 1 }],
  });
  const all = await own.audience('All', { deviceGroups: everyone });
  const scope = operatorScope(organization, 'test');
  const services: ChangeServices = {
    database: server.database,
    clock: () => server.now(),
    newId: server.newId,
    secrets: server.secrets,
    beforeCommit: (context) => recalculateTouched(context, none),
  };
  const get = async (path: string) => {
    const answer = await server.send({ url: `/api/v1/organizations/${organization.slug}${path}`, token });
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  };
  return {
    own,
    devices,
    policy,
    rule,
    services,
    /** Makes the rule give its policy to all devices. */
    giveToAll: () =>
      change(services, scope, (context) => updateRule(context, rule.id, { audienceIds: [all.id] })),
    change: <Result>(work: (context: WriteContext) => Promise<Result>) => change(services, scope, work),
    get,
    /** The recalculation that was started last. */
    last: async () => {
      return (await get('/recalculations')).items.at(-1);
    },
    /** Of which devices it is said that what they have is still to be worked out. */
    waiting: async (): Promise<Id[]> => {
      const states = await Promise.all(
        devices.map(async (id) => (await get(`/devices/${id}/effective-policy`)).isRecalculating as boolean),
      );
      return devices.filter((_, index) => states[index]);
    },
    /** The job, whose process dies at the end of this organization's batch of this number. The queue is shared with other tests. */
    taskUntil: (lastBatch: number) => {
      let batches = 0;
      const beforeCommit = async ({ scope: { organization: of } }: WriteContext) => {
        if (of.id === organization.id && ++batches === lastBatch) throw new Error('power cut');
      };
      return { [recalculationJob]: recalculationTask({ ...services, beforeCommit }, few) };
    },
    task: recalculationTask(services, few),
    upToDate: () => expectUpToDate({ db: server.database, scope }),
  };
}

type Company = Awaited<ReturnType<typeof company>>;

const payloadOf = ({ own }: Company, { id }: { id: string }) => ({
  organization: own.tenant.organization.slug,
  id,
});

test('goes on where it was left when its process died, and tells how far it is', async () => {
  const of = await company();
  const { devices, taskUntil, waiting, last, services } = of;
  expect(await waiting()).toEqual([]);
  await of.giveToAll();
  const started = { startedBy: 'operator', createdAt: server.now().toISOString() };
  expect(await last()).toMatchObject({
    ...started,
    status: 'running',
    devices: { total: null, done: 0 },
    finishedAt: null,
  });
  expect(await waiting()).toEqual(devices);

  await expect(server.runJobs(taskUntil(2))).rejects.toThrow('power cut');
  const stopped = await last();
  expect(stopped).toMatchObject({ ...started, status: 'running', devices: { total: 8, done: 3 } });
  expect(await of.get(`/recalculations/${stopped.id}`)).toEqual(stopped);
  expect(await waiting()).toEqual(devices.slice(3));

  // The failed job waits for a while, here for as long as the test needs; a start of the server takes it up at once.
  await sql`update graphile_worker._private_jobs set run_at = now() + interval '1 hour'`.execute(
    server.database.connection,
  );
  await server.runJobs(taskUntil(0));
  expect(await last()).toEqual(stopped);
  server.advance(60_000);
  await resumeRecalculations(services);
  await server.runJobs(taskUntil(0));
  expect(await last()).toMatchObject({
    ...started,
    status: 'finished',
    devices: { total: 8, done: 8 },
    finishedAt: server.now().toISOString(),
  });
  expect(await waiting()).toEqual([]);
  await of.upToDate();
  for (const id of devices) {
    expect((await of.get(`/devices/${id}/effective-policy`)).settings).toMatchObject([{ value: 1 }]);
  }
});

test('of a policy that is in several sets goes on where it was left too', async () => {
  const of = await company();
  const { own, devices, policy } = of;
  const other = await own.policy('Other', { config: { './Vendor/MSFT/B': 1 } });
  for (const [index, id] of devices.slice(0, 3).entries()) {
    await own.put(`/devices/${hexOfId(id)}`, {
      winPolicyAssignments: [{ winPolicyId: hexOfId(other.id), priority: index }],
    });
  }
  await of.change((context) =>
    updateWindowsPolicy(context, policy.id, undefined, { document: { config: { './Vendor/MSFT/A': 2 } } }),
  );
  expect(await of.last()).toMatchObject({ status: 'running', devices: { total: null, done: 0 } });
  await expect(server.runJobs(of.taskUntil(3))).rejects.toThrow('power cut');
  expect((await of.last()).devices).toEqual({ total: 4, done: 2 });
  await of.task(payloadOf(of, await of.last()));
  expect(await of.last()).toMatchObject({ status: 'finished', devices: { total: 4, done: 4 } });
  await of.upToDate();
});

test('two workers at once do each device once', async () => {
  const of = await company();
  await of.giveToAll();
  const payload = payloadOf(of, await of.last());
  await Promise.all([of.task(payload), of.task(payload), of.task(payload)]);
  expect(await of.last()).toMatchObject({ status: 'finished', devices: { total: 8, done: 8 } });
  const finished = await of.last();
  await of.task(payload);
  expect(await of.last()).toEqual(finished);
  await of.upToDate();
});

test('devices and policies that are changed meanwhile come out right', async () => {
  const of = await company();
  const { own, devices, policy, rule } = of;
  await of.giveToAll();
  await expect(server.runJobs(of.taskUntil(2))).rejects.toThrow('power cut');
  const first = await of.last();
  expect(first).toMatchObject({ status: 'running', devices: { total: 8, done: 3 } });
  // These are worked out in the request: devices in front of where the job is, and behind it.
  for (const index of [0, 7]) {
    const tagged = await own.put(`/devices/${hexOfId(devices[index]!)}`, { tags: ['nothing'] });
    expect(tagged.status).toBe(200);
  }
  for (const index of [1, 6]) {
    const url = `/windows/enterprise/devices/${hexOfId(devices[index]!)}`;
    expect((await own.send(url, { method: 'DELETE' })).status).toBe(200);
  }
  await own.device({ tags: ['t1'] });
  // These reach all, and are left to other jobs.
  await of.change((context) =>
    updateWindowsPolicy(context, policy.id, undefined, { document: { config: { './Vendor/MSFT/A': 2 } } }),
  );
  await of.change((context) => updateRule(context, rule.id, { enabled: false }));
  await of.change((context) => updateRule(context, rule.id, { enabled: true }));
  const running = (await of.get('/recalculations')).items;
  expect(running.map(({ status }: { status: string }) => status)).toEqual(Array(4).fill('running'));
  // They may end in any order.
  for (const one of running.toReversed()) await of.task(payloadOf(of, one));
  const { items } = await of.get('/recalculations');
  expect(items[0].id).toBe(first.id);
  expect(items.map(({ status }: { status: string }) => status)).toEqual(Array(4).fill('finished'));
  await of.upToDate();
});

test('a start fills organizations that were never worked out, few devices at once and many by a job', async () => {
  const [small, large, filled] = [await company(), await company(), await company()];
  for (let count = 0; count < 200; count++) await large.own.device({ tags: ['sales'] });
  const forget = ({ own }: { own: WindowsOrganization }) =>
    server.change(own.tenant, async ({ db, scope }) => {
      for (const name of ['policies_device_set', 'policies_set', 'policies_document']) {
        await sql`delete from ${sql.table(name)} where organization_id = ${scope.organization.id}`.execute(
          db.connection,
        );
      }
    });
  for (const of of [small, large]) {
    await forget(of);
    await expect(of.upToDate()).rejects.toThrow();
  }
  await resumeRecalculations(small.services);
  await small.upToDate();
  expect((await small.get('/recalculations')).items).toEqual([]);
  expect((await filled.get('/recalculations')).items).toEqual([]);
  expect(await large.last()).toMatchObject({ status: 'running', devices: { total: null, done: 0 } });
  // Another start, before the job ran, changes nothing of that.
  await resumeRecalculations(small.services);
  expect((await large.get('/recalculations')).items).toHaveLength(1);
  await server.runJobs();
  expect(await large.last()).toMatchObject({ status: 'finished', devices: { total: 208, done: 208 } });
  for (const of of [small, large, filled]) await of.upToDate();
});
