import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { listDevices } from '../../devices/index.ts';
import { Fault } from '../../kernel/fault.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { change, operatorScope, type ReadContext } from '../../tenancy/index.ts';
import { desiredStateOf } from '../desired-state/documents.ts';
import { newWorld, nextOf, steps, type World } from '../desired-state/fixtures/random-changes.ts';
import { recalculateTouched } from '../desired-state/recalculations.ts';
import { diff, type ResolvedDocument } from '../engine/index.ts';
import { isNothing } from './difference.ts';
import { applyPlan, listPlannedDevices, makePlan, type AnswerChange, type ProposedChange } from './index.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

type Documents = ReadonlyMap<Id, ResolvedDocument | null>;

async function documentsOf(read: ReadContext): Promise<Documents> {
  const page = { limit: 1_000, offset: 0, sort: { field: 'createdAt', descending: false } } as const;
  const { items } = await listDevices(read, { includeDeleted: true }, page);
  const documents = new Map<Id, ResolvedDocument | null>();
  for (const { id } of items) documents.set(id, (await desiredStateOf(read, id))?.document ?? null);
  return documents;
}

const nothing: ResolvedDocument = { system: 'windows', policies: [], settings: [], notApplicable: [] };

/** A random change as a request: the number of the step, and the seed of what it picks. */
function proposedStep(number: number, seed: number): ProposedChange {
  return { method: 'POST', url: `/${number}`, headers: {}, body: { seed } };
}

/** Runs such a request; what it makes is not remembered, because it may be undone. */
function answerWith(world: World): AnswerChange {
  return async (services, scope, { url, body }) => {
    const step = steps[Number(url.slice(1))]!;
    const { seed } = body as JsonObject;
    const copy = { ...world, devices: [...world.devices], windows: [...world.windows] };
    const scratch = { ...copy, rules: [...world.rules], policies: [...world.policies] };
    try {
      await change(services, scope, (context) => step(context, scratch, nextOf(seed as number)));
      return { status: 200, body: undefined };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { status: 400, body: { detail: error.message } };
    }
  };
}

test("a plan writes nothing, tells each device's difference, and comes to it when it is applied", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), async (seed) => {
      const next = nextOf(seed);
      const world = await newWorld(server, next);
      const scope = operatorScope(world.organization.tenant.organization, 'test');
      const read = { db: server.database, scope };
      const services = {
        database: server.database,
        // Time goes on between the changes of a plan, and is another one when it is applied.
        clock: () => {
          server.advance(1);
          return server.now();
        },
        newId: server.newId,
        secrets: server.secrets,
        beforeCommit: recalculateTouched,
        answerChange: answerWith(world),
      };
      let applied = 0;
      for (let done = 0; done < 40; done++) {
        server.advance(1_000);
        const proposed = Array.from({ length: 1 + next.number(3) }, () =>
          proposedStep(next.number(steps.length), next.number(1_000_000)),
        );
        const before = await documentsOf(read);
        // What the domain refuses cannot be planned.
        const plan = await makePlan(services, { ...scope, requestId: `plan ${done}` }, proposed).catch(
          (error: unknown) => {
            if (!(error instanceof Fault) || error.code !== 'invalidInput') throw error;
          },
        );
        expect(await documentsOf(read)).toEqual(before);
        if (!plan) continue;
        const planned = await listPlannedDevices(read, plan.id, { limit: 1_000, cannotTake: false });
        await applyPlan(services, { ...scope, requestId: `apply ${done}` }, plan.id);
        applied++;
        const after = await documentsOf(read);
        const byDevice = new Map(planned.map(({ id, difference }) => [id, difference]));
        for (const [id, document] of after) {
          const { notApplicable, ...expected } = diff(before.get(id) ?? nothing, document ?? nothing);
          const told = byDevice.get(id);
          if (!before.has(id)) continue;
          if (!told)
            expect([isNothing({ ...expected, cannotTake: [] }), notApplicable.new]).toEqual([true, []]);
          else expect(told).toMatchObject(JSON.parse(JSON.stringify(expected)) as object);
        }
      }
      expect(applied).toBeGreaterThan(15);
    }),
    { numRuns: 2, endOnFailure: true },
  );
}, 120_000);
