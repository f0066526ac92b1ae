import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScepRefusal } from '../simulated-devices/apple/index.ts';
import { exchangeObserver } from '../support/apple-exchanges.ts';
import { enrollmentUrl, transportTo } from '../support/apple-fleet.ts';
import { appleScenario } from '../support/apple-scenario.ts';
import { ConnectionLost, lossyTransport } from '../support/lossy-transport.ts';
import { testServer, type TestServer } from '../support/server.ts';

const hour = 3_600_000;
const chain = [
  { ErrorDomain: 'MCMDMErrorDomain', ErrorCode: 12_011, LocalizedDescription: 'Not this time.' },
];
const payloadTypes = ['com.apple.mobiledevice.passwordpolicy', 'com.apple.applicationaccess'];

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The three devices that get the same by other ways: profiles, or declarations and profiles. */
const kinds = {
  mac: { hardware: { kind: 'mac' }, supportsDeclarations: false, prefix: 'password' },
  declaringMac: { hardware: { kind: 'mac' }, supportsDeclarations: true, prefix: 'password' },
  iphone: {
    hardware: { kind: 'iphone', isSupervised: true },
    supportsDeclarations: true,
    prefix: 'passcode',
  },
} as const;

const content = fc.record(
  {
    Required: fc.boolean(),
    MinimumLength: fc.integer({ min: 4, max: 14 }),
    cameraBlocked: fc.boolean(),
    airDropBlocked: fc.boolean(),
  },
  { requiredKeys: [] },
);
const slot = fc.integer({ min: 0, max: 1 });

const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('create'), slot, content, isAssigned: fc.boolean() }),
  },
  fc.record({ do: fc.constant('patch'), slot, content }),
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('assign', 'unassign', 'delete'), slot }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('restart', 'lock', 'unlock', 'removeProfile') }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('checkIn') }) },
  fc.record({ do: fc.constant('enrollAgain') }),
  fc.record({
    do: fc.constant('fail'),
    requestType: fc.constantFrom(
      'InstallProfile',
      'RemoveProfile',
      'ProfileList',
      'DeviceInformation',
      'SecurityInfo',
      'RestartDevice',
      'DeclarativeManagement',
    ),
  }),
  fc.record({ do: fc.constant('repeat'), times: fc.integer({ min: 1, max: 3 }) }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('lose'),
      what: fc.constantFrom('request' as const, 'answer' as const),
      after: fc.integer({ min: 0, max: 3 }),
    }),
  },
  fc.record({ do: fc.constant('wait'), hours: fc.integer({ min: 1, max: 30 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const checkIn: Step = { do: 'checkIn' };
const given: readonly Step[] = [
  { do: 'create', slot: 0, content: { Required: true, cameraBlocked: true }, isAssigned: true },
  checkIn,
];
/** What random steps rarely come to. */
const rare: [Step[]][] = [
  [[...given, { do: 'unassign', slot: 0 }, { do: 'lock' }, checkIn]],
  [[...given, { do: 'unassign', slot: 0 }, { do: 'lose', what: 'answer', after: 0 }, checkIn]],
  [[...given, { do: 'unassign', slot: 0 }, { do: 'lose', what: 'request', after: 1 }, checkIn]],
  [[...given, { do: 'unassign', slot: 0 }, { do: 'lose', what: 'request', after: 3 }, checkIn]],
  [[...given, { do: 'restart' }, { do: 'lose', what: 'request', after: 1 }, checkIn, { do: 'lock' }]],
  [[...given, { do: 'restart' }, { do: 'lose', what: 'answer', after: 1 }, checkIn]],
  [[...given, { do: 'fail', requestType: 'DeclarativeManagement' }, { do: 'unassign', slot: 0 }, checkIn]],
  [
    [
      ...given,
      { do: 'unassign', slot: 0 },
      { do: 'repeat', times: 2 },
      { do: 'lose', what: 'request', after: 2 },
      checkIn,
    ],
  ],
];

let count = 0;

async function live(kind: keyof typeof kinds, steps: readonly Step[]): Promise<void> {
  const org = await appleScenario(server, `property-${++count}`);
  const { prefix, ...options } = kinds[kind];
  const type = `${kind === 'iphone' ? 'ios' : 'macOS'}GeneralDeviceConfiguration`;
  const network = lossyTransport(transportTo(server));
  const observer = exchangeObserver(network.send);
  const device = await org.enrolled({ ...options, transport: observer.send });
  const url = await enrollmentUrl(server, org.tenant);
  const configurations = new Map<number, string>();
  const path = '/beta/deviceManagement/deviceConfigurations';
  const typed = (given: object) =>
    Object.fromEntries([
      ['@odata.type', `#microsoft.graph.${type}`],
      ['displayName', 'One'],
      ...Object.entries(given).map(([key, value]) => [/^[A-Z]/.test(key) ? prefix + key : key, value]),
    ]);
  const everybody = { target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } };
  const assign = (id: string, isAssigned: boolean) =>
    org.send('POST', `${path}/${id}/assign`, { assignments: isAssigned ? [everybody] : [] });
  /** Without the network, nothing happens. */
  const whileConnected = (work: Promise<unknown>) =>
    work.catch((error: unknown) => {
      if (!(error instanceof ConnectionLost) && !(error instanceof ScepRefusal)) throw error;
    });

  async function take(taken: Step): Promise<void> {
    const id = 'slot' in taken ? configurations.get(taken.slot) : undefined;
    switch (taken.do) {
      case 'create':
        if (id !== undefined) return;
        configurations.set(taken.slot, (await org.send('POST', path, typed(taken.content))).id);
        if (taken.isAssigned) await assign(configurations.get(taken.slot)!, true);
        return;
      case 'patch':
        if (id !== undefined) await org.send('PATCH', `${path}/${id}`, typed(taken.content));
        return;
      case 'assign':
      case 'unassign':
        if (id !== undefined) await assign(id, taken.do === 'assign');
        return;
      case 'delete':
        if (id === undefined) return;
        await org.send('DELETE', `${path}/${id}`);
        configurations.delete((taken as { slot: number }).slot);
        return;
      case 'restart':
        // Nobody can order anything of a device that has not finished to enrol.
        if (device.state.enrollment) await org.order({ kind: 'restart' });
        return;
      case 'checkIn':
        if (device.state.enrollment) await whileConnected(device.checkIn());
        return;
      case 'lock':
        return device.lock();
      case 'unlock':
        return void device.unlock();
      case 'removeProfile': {
        // What is declared the device keeps by itself.
        const gone = device.channel.profiles.slice(1).find(({ source }) => source === 'command');
        device.channel.profiles = device.channel.profiles.filter((profile) => profile !== gone);
        return;
      }
      case 'enrollAgain':
        return void (await whileConnected(device.enroll(url)));
      case 'fail':
        return device.fail(taken.requestType, 1, chain);
      case 'repeat':
        return device.repeatReports(taken.times);
      case 'lose':
        return network.lose(taken.what, taken.after);
      case 'wait':
        return server.advance(taken.hours * hour);
    }
  }

  async function settle(): Promise<void> {
    network.heal();
    device.unlock();
    device.state.failures.clear();
    if (!device.state.enrollment) await device.enroll(url);
    for (let day = 0; day < 3; day++) {
      for (let calls = 0; (await device.checkIn()).length > 0; calls++) expect(calls).toBeLessThan(5);
      server.advance(24 * hour);
    }
    for (let calls = 0; (await device.checkIn()).length > 0; calls++) expect(calls).toBeLessThan(5);
  }

  for (const taken of steps) await take(taken);
  await settle();

  expect(observer.broken).toEqual([]);
  const { settings, counts } = await org.effective();
  expect(counts).toMatchObject({ pending: 0, delivered: 0, error: 0, verified: settings.length });
  const wanted: Record<string, Record<string, unknown>> = Object.fromEntries(
    payloadTypes.map((name) => [name, {}]),
  );
  for (const { key, value } of settings) {
    const [payloadType, name] = key.split('/');
    wanted[payloadType]![name] = value;
  }
  expect(Object.fromEntries(payloadTypes.map((name) => [name, device.effective(name)]))).toEqual(wanted);

  expect(new Set(device.state.orders.values())).toEqual(new Set(device.state.orders.size > 0 ? [1] : []));
  const commands = await org.commands();
  expect(commands.filter(({ state }) => !['acknowledged', 'error', 'canceled'].includes(state))).toEqual([]);
  const done = commands.filter(({ state }) => state === 'acknowledged').map(({ id }) => id.toUpperCase());
  expect([...device.state.orders.keys()].map((id) => id.toUpperCase())).toEqual(expect.arrayContaining(done));
  const results = await org.resultsOfCommands();
  expect(results.length).toBe(new Set(results).size);
}

test.each(Object.keys(kinds) as (keyof typeof kinds)[])(
  'whatever happens, in the end a %s has what it shall have, and did no order twice',
  async (kind) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), (steps) => live(kind, steps)),
      {
        numRuns: Number(process.env['PROPERTY_RUNS'] ?? 16),
        seed: randomInt(2 ** 31),
        endOnFailure: true,
        examples: rare,
      },
    );
  },
  300_000,
);
