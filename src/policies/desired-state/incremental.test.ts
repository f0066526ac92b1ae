import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { sql } from '../../database/index.ts';
import { factsOf, listDevices, type Device } from '../../devices/index.ts';
import { Fault } from '../../kernel/fault.ts';
import { change, operatorScope, type ReadContext, type WriteContext } from '../../tenancy/index.ts';
import { compilePolicy, resolve } from '../engine/index.ts';
import { familyOfKind } from '../policy-families.ts';
import { policyOfRow, selectPolicies } from '../policy-row.ts';
import { systemOf } from '../system.ts';
import { desiredStateOf } from './documents.ts';
import { newWorld, nextOf, steps } from './fixtures/random-changes.ts';
import { policiesReaching } from './reach.ts';
import { recalculateTouched, recalculationJob, recalculationTask } from './recalculations.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

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
        const world = await newWorld(server, next);
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
