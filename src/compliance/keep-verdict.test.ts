import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../test/support/server.ts';
import { listEvents } from '../devices/events/index.ts';
import { createDevice, deviceKey, devicesByIds, lockDevice, saveDevice } from '../devices/index.ts';
import { hexOfId, type Id } from '../kernel/id.ts';
import { keepVerdict } from './index.ts';

const hour = 3_600_000;

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

async function newDevice(): Promise<Id> {
  const { id } = await server.change(server.tenant, (context) =>
    createDevice(context, { platform: 'windows', summary: { name: 'PC' } }),
  );
  return id;
}

/** Keeps a verdict; tells what is known of the device then, and how many statements wrote. */
async function keep(id: Id, ...notInPlace: readonly string[]) {
  return server.change(server.tenant, async (context) => {
    const device = (await devicesByIds(context, [id])).get(id)!;
    server.takeStatements();
    await keepVerdict(context, device, notInPlace);
    const statements = server.takeStatements().length;
    const after = (await devicesByIds(context, [id])).get(id)!;
    return { summary: after.summary, revision: after.revision, statements };
  });
}

async function events(id: Id) {
  const all = await server.change(server.tenant, (context) => listEvents(context, id, { limit: 10 }));
  return all.map(({ title, details }) => ({ title, details })).toReversed();
}

const at = () => server.now().toISOString();

test('a device that has all from the beginning is compliant, and nothing happened', async () => {
  const id = await newDevice();
  expect(await keep(id)).toMatchObject({
    summary: { name: 'PC', compliance: { compliant: true, lastCheck: at() } },
    revision: 1,
  });
  expect(await events(id)).toEqual([]);
});

test('what turns is told once, with what is missing', async () => {
  const id = await newDevice();
  await keep(id);
  await keep(id, './a');
  await keep(id, './a', './b');
  await keep(id);
  await keep(id, './a', './b');
  expect(await events(id)).toEqual([
    {
      title: 'The device is not compliant: a setting is not in place.',
      details: { count: 1, settings: ['./a'] },
    },
    { title: 'The device is compliant again.', details: {} },
    {
      title: 'The device is not compliant: 2 settings are not in place.',
      details: { count: 2, settings: ['./a', './b'] },
    },
  ]);
});

test('a first check that fails is told, and no event names very many settings', async () => {
  const id = await newDevice();
  await keep(id, ...Array.from({ length: 50 }, (_, index) => `./${index}`));
  const [event] = await events(id);
  expect(event?.title).toBe('The device is not compliant: 50 settings are not in place.');
  expect(event?.details['settings']).toHaveLength(20);
});

test('the same verdict is written again after half a day, and before that costs nothing', async () => {
  const id = await newDevice();
  await keep(id);
  const first = at();
  server.advance(11 * hour);
  expect(await keep(id)).toMatchObject({ statements: 0, summary: { compliance: { lastCheck: first } } });
  server.advance(hour);
  expect(await keep(id)).toMatchObject({ summary: { compliance: { compliant: true, lastCheck: at() } } });
  expect(await events(id)).toEqual([]);
});

test('a device that is to leave is not judged any more', async () => {
  const id = await newDevice();
  await keep(id);
  const state = { to: 'DELETE_REQUESTED', reason: 'retire' } as const;
  await server.change(server.tenant, async (context) =>
    saveDevice(context, await lockDevice(context, 'windows', deviceKey(hexOfId(id))), { state }),
  );
  expect(await keep(id, './a')).toMatchObject({
    statements: 0,
    summary: { compliance: { compliant: true } },
  });
});
