import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { Fault } from '../../kernel/fault.ts';
import { change, operatorScope, type WriteContext } from '../../tenancy/index.ts';
import { newWorld, nextOf, steps } from './fixtures/random-changes.ts';
import { expectUpToDate } from './fixtures/up-to-date.ts';
import { recalculateTouched, recalculationJob, recalculationTask } from './recalculations.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

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
