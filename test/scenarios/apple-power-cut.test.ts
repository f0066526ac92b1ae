import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beforeCommit } from '../../src/app.ts';
import { sql } from '../../src/database/index.ts';
import type { DeviceAction } from '../../src/devices/commands/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { idSource } from '../../src/kernel/id.ts';
import { change, findOrganization, operatorScope, secretBox } from '../../src/tenancy/index.ts';
import {
  httpTransport,
  keyPool,
  simulatedDevice,
  type ReceivedCommand,
  type SimulatedDevice,
  type Transport,
} from '../simulated-devices/apple/index.ts';
import { uploadPushCertificate } from '../support/apple-enrollment.ts';
import { enrollmentUrl } from '../support/apple-fleet.ts';
import { giveOrder } from '../support/apple-scenario.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { freePort, startProcess, type RunningProcess } from '../support/process.ts';
import { randomNumbers } from '../support/random-numbers.ts';
import type { TestRequest } from '../support/server.ts';

const main = join(import.meta.dirname, '../../src/main.ts');
const passcode = 'com.apple.mobiledevice.passwordpolicy';
const token = randomUUID();
const key = randomBytes(32);

let folder: string;
let port: number;
let db: TestDatabase;
let server: RunningProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'muster-power-cut-'));
  port = await freePort();
  db = await testDatabase();
});
afterAll(async () => {
  if (server) await kill(server);
  await db[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<RunningProcess> {
  const started = startProcess(process.execPath, [main, 'serve'], {
    cwd: folder,
    environment: {
      MUSTER_DATA_DIR: join(folder, 'data'),
      MUSTER_DATABASE_URL: db.url,
      MUSTER_LISTEN: `127.0.0.1:${port}`,
      MUSTER_TLS: 'off',
      MUSTER_SECRET_KEY: key.toString('base64'),
      MUSTER_BOOTSTRAP_API_TOKEN: token,
      MUSTER_APNS_URL: 'https://127.0.0.1:9',
      MUSTER_LOG_LEVEL: 'error',
    },
  });
  await started.until(/Muster is ready/);
  return started;
}

async function kill({ child, ended }: RunningProcess): Promise<void> {
  child.kill('SIGKILL');
  await ended;
}

async function send({ method = 'GET', url, body }: TestRequest) {
  const answer = await fetch(`http://127.0.0.1:${port}${url}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      connection: 'close',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  const headers = Object.fromEntries(answer.headers);
  return { status: answer.status, headers, text, json: text === '' ? undefined : JSON.parse(text) };
}

/** When the power goes: before a request is there, some milliseconds after it was sent, or when its answer is on the device. */
type Cut = { readonly request: number } & (
  | { readonly when: 'before' | 'after' }
  | { readonly when: 'during'; readonly milliseconds: number }
);

const moments = ['before', 'during', 'after'] as const;

test('a power cut between any two steps loses nothing, and nothing is done twice', async () => {
  const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
  console.info(`power cuts: SEED=${seed}`);
  const random = randomNumbers(seed);
  const cuts: Cut[] = [];
  let requests = 0;
  let killed = 0;

  async function cut(): Promise<void> {
    cuts.shift();
    requests = 0;
    killed++;
    const running = server!;
    server = undefined;
    await kill(running);
  }

  using http = httpTransport({ timeout: 20_000 });
  const transport: Transport = async (request) => {
    const planned = cuts[0]?.request === requests++ ? cuts[0] : undefined;
    if (planned?.when === 'before') await cut();
    const answer = http.send(request);
    // While nobody waits for it, it can be lost.
    answer.catch(() => {});
    if (planned?.when === 'during') {
      await setTimeout(planned.milliseconds);
      await cut();
    }
    const got = await answer;
    if (planned?.when === 'after') await cut();
    return got;
  };

  /** Does something as often as it takes, with the power cut at one of its first requests each time. */
  async function through<Result>(
    work: () => Promise<Result>,
    powerCuts: number,
    firstRequests = 2,
  ): Promise<Result> {
    requests = 0;
    for (let index = 0; index < powerCuts; index++) {
      const when = moments[random(3)]!;
      const request = random(firstRequests);
      cuts.push(when === 'during' ? { request, when, milliseconds: random(30) } : { request, when });
    }
    for (let attempts = 0; ; attempts++) {
      server ??= await start();
      try {
        const result = await work();
        if (server as RunningProcess | undefined) {
          cuts.length = 0;
          return result;
        }
      } catch (error) {
        // A connection that was kept from before the cut fails once too.
        if (attempts > 8) throw error;
      }
    }
  }

  /** Calls until there is nothing more to do. */
  const callsOf = (device: SimulatedDevice) => async (): Promise<void> => {
    let received: readonly ReceivedCommand[];
    do received = device.state.enrollment ? await device.checkIn() : [];
    while (received.length > 0);
  };

  server = await start();
  await uploadPushCertificate({ send, now: () => new Date() }, { token });
  const organization = (await findOrganization(db.database, 'default'))!;
  const clock = systemClock;
  const services = {
    database: db.database,
    clock,
    newId: idSource(clock, () => randomInt(2 ** 48 - 1)),
    secrets: secretBox(key, randomBytes),
    beforeCommit,
  };
  async function order(action: DeviceAction): Promise<void> {
    const { items } = (await send({ url: '/api/v1/organizations/default/devices' })).json;
    await change(services, operatorScope(organization, 'test'), (context) =>
      giveOrder(context, items[0].id, action),
    );
  }
  const effective = async () => {
    const { items } = (await send({ url: '/api/v1/organizations/default/devices' })).json;
    return (await send({ url: `/api/v1/organizations/default/devices/${items[0].id}/effective-policy` }))
      .json;
  };

  const device = simulatedDevice({
    hardware: { kind: 'mac' },
    transport,
    random: randomBytes,
    clock,
    newKeyPair: keyPool(2),
    supportsDeclarations: false,
  });
  const calls = callsOf(device);
  const url = await enrollmentUrl({ send }, { organization, token });
  await through(
    async () => {
      if (!device.state.enrollment) await device.enroll(url);
    },
    1,
    6,
  );
  await through(calls, 1);
  const { items } = (await send({ url: '/api/v1/organizations/default/devices' })).json;
  expect(items).toMatchObject([{ state: 'ACTIVE', serialNumber: device.hardware.serialNumber }]);

  const configurations = '/beta/deviceManagement/deviceConfigurations';
  const type = { '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration' };
  const everybody = { target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } };
  const body = { ...type, displayName: 'Passwords', passwordRequired: true, passwordMinimumLength: 8 };
  const { id } = (await send({ method: 'POST', url: configurations, body })).json;
  const assign = (assignments: readonly object[]) =>
    send({ method: 'POST', url: `${configurations}/${id}/assign`, body: { assignments } });
  await assign([everybody]);
  await through(calls, 2);
  expect(device.effective(passcode)).toMatchObject({ forcePIN: true, minLength: 8 });
  expect((await effective()).counts).toMatchObject({ verified: 2, pending: 0, delivered: 0, error: 0 });

  const patch = { ...type, passwordMinimumLength: 12 };
  await send({ method: 'PATCH', url: `${configurations}/${id}`, body: patch });
  await through(calls, 1, 4);
  expect(device.effective(passcode)).toMatchObject({ forcePIN: true, minLength: 12 });
  expect((await effective()).counts).toMatchObject({ verified: 2, pending: 0, delivered: 0, error: 0 });

  await assign([]);
  await through(calls, 2);
  expect(device.effective(passcode)).toEqual({});

  await order({ kind: 'restart' });
  await through(calls, 2);
  expect(device.state.restarts).toBe(1);

  await order({ kind: 'wipe', pin: '123456' });
  await through(calls, 2);
  expect(device.state).toMatchObject({ erasures: 1, enrollment: undefined });

  const { rows: commands } = await sql`select type, state from devices_command order by id`.execute(
    db.database.connection,
  );
  expect(commands).toEqual([
    { type: 'RestartDevice', state: 'acknowledged' },
    { type: 'EraseDevice', state: 'acknowledged' },
  ]);
  const { rows: results } = await sql`
    select details ->> 'commandId' as command, count(*)::int from devices_event
    where details ? 'commandId' group by 1`.execute(db.database.connection);
  expect(results).toMatchObject([{ count: 1 }, { count: 1 }]);
  expect([...device.state.orders.values()]).toEqual([1, 1]);
  expect(killed).toBeGreaterThanOrEqual(6);
}, 180_000);
