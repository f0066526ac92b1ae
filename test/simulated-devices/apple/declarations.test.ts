import { beforeEach, describe, expect, test } from 'vitest';
import { configurationProfile, enrolledDevice, passcodeType } from './device-for-test.ts';
import type { SimulatedDevice } from './device.ts';
import { dataIn } from './plist.ts';
import type { ReferenceServer } from './reference-server.ts';

let server: ReferenceServer;
let device: SimulatedDevice;
beforeEach(async () => {
  ({ server, device } = await enrolledDevice());
});

function declare(identifier: string, Type: string, Payload: object, ServerToken = '1'): void {
  server.declarations.set(identifier, {
    Type: `com.apple.${Type}`,
    Identifier: identifier,
    ServerToken,
    Payload,
  });
}

const activate = (...StandardConfigurations: string[]) =>
  declare(
    'activation',
    'activation.simple',
    { StandardConfigurations },
    `of ${StandardConfigurations.join()}`,
  );

/** Runs the command that starts it, and gives the endpoints that were asked. */
async function sync(Data?: Buffer): Promise<readonly unknown[]> {
  server.checkIns.length = 0;
  server.send('DeclarativeManagement', Data ? { Data } : {});
  await device.checkIn();
  return server.checkIns.map(({ Endpoint }) => Endpoint);
}

// The tests look into reports of every shape; a wrong guess fails.
// oxlint-disable-next-line typescript/no-explicit-any
function lastReport(): any {
  const sent = server.checkIns.findLast(({ Endpoint }) => Endpoint === 'status')!;
  return JSON.parse(dataIn(sent, 'Data')!.toString());
}

const statusOf = (kind: string, identifier: string) =>
  (lastReport().StatusItems.management.declarations[kind] as { identifier: string }[]).find(
    (one) => one.identifier === identifier,
  );

test('a device fetches what is declared, obeys it and reports once', async () => {
  declare('passcode', 'configuration.passcode.settings', {
    RequirePasscode: true,
    MinimumLength: 8,
    RequireComplexPasscode: true,
  });
  activate('passcode');
  expect(await sync()).toEqual([
    'tokens',
    'declaration-items',
    'declaration/activation/activation',
    'declaration/configuration/passcode',
    'tokens',
    'status',
  ]);
  expect(device.effective(passcodeType)).toEqual({ forcePIN: true, minLength: 8, allowSimple: false });
  expect(statusOf('configurations', 'passcode')).toEqual({
    identifier: 'passcode',
    'server-token': '1',
    active: true,
    valid: 'valid',
  });
  expect(lastReport()).toMatchObject({
    StatusItems: {
      device: {
        identifier: { 'serial-number': device.hardware.serialNumber, udid: device.hardware.udid },
        'operating-system': { version: '15.1', family: 'macOS' },
      },
      management: { 'client-capabilities': { 'supported-versions': ['1.0.0'] } },
    },
    Errors: [],
  });
});

test('what has not changed is not fetched, and what is withdrawn does not count any more', async () => {
  declare('passcode', 'configuration.passcode.settings', { MinimumLength: 8 });
  declare('test', 'configuration.management.test', { Echo: 'hello' });
  activate('passcode', 'test');
  await sync();
  expect(await sync()).toEqual(['tokens']);

  declare('passcode', 'configuration.passcode.settings', { MinimumLength: 10 }, '2');
  expect(await sync()).toEqual([
    'tokens',
    'declaration-items',
    'declaration/configuration/passcode',
    'tokens',
    'status',
  ]);
  expect(device.effective(passcodeType)).toEqual({ minLength: 10 });
  expect(lastReport().StatusItems).not.toHaveProperty('device');

  server.declarations.clear();
  await sync();
  expect(device.effective(passcodeType)).toEqual({});
  expect(lastReport().StatusItems.management.declarations).toEqual({
    activations: [],
    assets: [],
    configurations: [],
    management: [],
  });
});

test('tokens that come with the command save asking for them', async () => {
  declare('test', 'configuration.management.test', {});
  await sync();
  const DeclarationsToken = device.channel.declarations.declarationsToken;
  const SyncTokens = { DeclarationsToken, Timestamp: '2026-01-01T00:00:00Z' };
  expect(await sync(Buffer.from(JSON.stringify({ SyncTokens })))).toEqual([]);
  const other = { ...SyncTokens, DeclarationsToken: 'other' };
  expect((await sync(Buffer.from(JSON.stringify({ SyncTokens: other }))))[0]).toBe('declaration-items');
});

test('a server that changes its mind all the time is followed three times', async () => {
  let count = 0;
  const items = { Activations: [], Assets: [], Configurations: [], Management: [] };
  const restless = () => {
    const tokens = { DeclarationsToken: `${++count}`, Timestamp: '2026-01-01T00:00:00Z' };
    server.answers.set('tokens', { body: Buffer.from(JSON.stringify({ SyncTokens: tokens })) });
    const answer = { Declarations: items, DeclarationsToken: `old ${count}` };
    server.answers.set('declaration-items', { body: Buffer.from(JSON.stringify(answer)) });
  };
  restless();
  const push = server.checkIns.push.bind(server.checkIns);
  server.checkIns.push = (...messages) => {
    const length = push(...messages);
    restless();
    return length;
  };
  const endpoints = await sync();
  expect(endpoints.filter((endpoint) => endpoint === 'declaration-items')).toHaveLength(3);
  expect(endpoints.at(-1)).toBe('status');
});

describe('what is not in force is reported with its reason:', () => {
  test('no activation names it', async () => {
    declare('passcode', 'configuration.passcode.settings', { MinimumLength: 8 });
    await sync();
    expect(statusOf('configurations', 'passcode')).toMatchObject({
      active: false,
      valid: 'valid',
      reasons: [{ code: 'Info.NotReferencedByActivation' }],
    });
    expect(device.effective(passcodeType)).toEqual({});
  });

  test('the activation names what is missing', async () => {
    declare('passcode', 'configuration.passcode.settings', { MinimumLength: 8 });
    activate('passcode', 'nothing');
    await sync();
    expect(statusOf('activations', 'activation')).toMatchObject({
      active: false,
      valid: 'invalid',
      reasons: [{ code: 'Error.MissingConfigurations', details: { ConfigurationIdentifiers: ['nothing'] } }],
    });
    expect(device.effective(passcodeType)).toEqual({});
  });

  test.each([
    ['a type that is not known', 'configuration.teapot', {}, 'Error.ConfigurationNotSupported'],
    ['an unknown key', 'configuration.passcode.settings', { Length: 8 }, 'Error.UnknownPayloadKeys'],
    [
      'a wrong value',
      'configuration.passcode.settings',
      { MinimumLength: '8' },
      'Error.ConfigurationIsInvalid',
    ],
    [
      'a profile that is not there',
      'configuration.legacy',
      { ProfileURL: 'https://mdm.example.com/none' },
      'Error.ConfigurationCannotBeApplied',
    ],
  ])('%s', async (_, type, payload, code) => {
    declare('wrong', type, payload);
    activate('wrong');
    await sync();
    expect(statusOf('configurations', 'wrong')).toMatchObject({
      active: false,
      valid: 'invalid',
      reasons: [{ code }],
    });
    expect(device.effective(passcodeType)).toEqual({});
  });
});

test('a legacy profile is downloaded, listed as managed, and goes with its declaration', async () => {
  server.files.set('/profile', configurationProfile('legacy', [[passcodeType, { minLength: 7 }]]));
  declare('legacy', 'configuration.legacy', { ProfileURL: `${server.origin}/profile` });
  activate('legacy');
  await sync();
  expect(device.effective(passcodeType)).toEqual({ minLength: 7 });
  server.send('ProfileList');
  server.send('RemoveProfile', { Identifier: 'legacy' });
  expect(await device.checkIn()).toMatchObject([{}, { status: 'Error' }]);
  expect(server.reports.find((report) => report['ProfileList'])!['ProfileList']).toMatchObject([
    {},
    { PayloadIdentifier: 'legacy', IsManaged: true },
  ]);
  activate();
  await sync();
  expect(device.effective(passcodeType)).toEqual({});
  expect(device.channel.profiles).toHaveLength(1);
});

test('status items that are subscribed to are reported when they change, and all in a full report', async () => {
  const StatusItems = [{ Name: 'passcode.is-present' }, { Name: 'device.model.family' }];
  declare('items', 'configuration.management.status-subscriptions', { StatusItems });
  activate('items');
  await sync();
  expect(lastReport().StatusItems.passcode).toEqual({ 'is-present': false });
  device.state.passcode = 'secret';
  await device.reportStatus();
  expect(lastReport().StatusItems.passcode).toEqual({ 'is-present': true });
  expect(lastReport().StatusItems).not.toHaveProperty('device');
  await device.reportStatus({ isFull: true });
  expect(lastReport()).toMatchObject({
    FullReport: true,
    StatusItems: { device: { model: { family: 'Mac' } }, passcode: { 'is-present': true } },
  });
});

test('a declaration that was withdrawn since it was listed is left out', async () => {
  declare('gone', 'configuration.management.test', {});
  server.answers.set('declaration/configuration/gone', { status: 404 });
  await sync();
  expect(lastReport().StatusItems.management.declarations.configurations).toEqual([]);
});

test.each([
  ['tokens', '{}'],
  ['tokens', '{"SyncTokens": {"DeclarationsToken": "1", "Timestamp": "2026-01-01T00:00:00.000Z"}}'],
  ['declaration-items', '{"DeclarationsToken": "1", "Declarations": {"Activations": null}}'],
  ['declaration/configuration/test', '{"Type": "com.apple.activation.simple"}'],
])('an answer of %s that the protocol does not know is refused: %s', async (endpoint, body) => {
  declare('test', 'configuration.management.test', {});
  server.answers.set(endpoint, { body: Buffer.from(body) });
  await expect(sync()).rejects.toThrow(/is no|are no/);
});

test('each user has declarations of his own', async () => {
  const user = (await device.user({ kind: 'mac', userId: 'A', shortName: 'a', longName: 'A' }))!;
  declare('test', 'configuration.management.test', {});
  activate('test');
  await user.syncDeclarations();
  expect(server.checkIns.at(-1)).toMatchObject({ Endpoint: 'status', UserID: 'A' });
  expect(user.channel.declarations.declarations.size).toBe(2);
  expect(device.channel.declarations.declarations.size).toBe(0);
});

test('a device that is too old does not know the command', async () => {
  ({ server, device } = await enrolledDevice({ supportsDeclarations: false }));
  expect(await sync()).toEqual([]);
  expect(server.reports.at(-1)).toMatchObject({ Status: 'Error', ErrorChain: [{ ErrorCode: 12_021 }] });
});
