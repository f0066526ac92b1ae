import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Device } from '../../../devices/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { windowsCommands } from './command-maker.ts';

const pc = { platform: 'windows' } as Device;
const maker = windowsCommands();
const make = (...commands: readonly object[]) => maker.ofRaw(pc, { commands: commands as JsonObject[] });
const violationsOf = (body: JsonObject) => {
  try {
    maker.ofRaw(pc, body);
  } catch (error) {
    if (error instanceof Fault && error.code === 'invalidInput') return error.violations ?? [];
    throw error;
  }
  return [];
};

const store = './Vendor/MSFT/Policy/Config/ApplicationManagement/AllowStore';

test.each([
  [
    { path: store, action: 'Get' },
    { verb: 'Get', locUri: store },
  ],
  [
    { path: ` ${store} `, action: 'Delete' },
    { verb: 'Delete', locUri: store },
  ],
  [
    { path: store, action: 'Replace', value: '1', format: 'int' },
    { verb: 'Replace', locUri: store, value: { format: 'int', data: '1' } },
  ],
  [
    { path: store, action: 'Add', value: 'x' },
    { verb: 'Add', locUri: store, value: { format: 'chr', data: 'x' } },
  ],
  [
    { path: './Vendor/MSFT/RemoteLock/DeviceLock', action: 'Exec' },
    { verb: 'Exec', locUri: './Vendor/MSFT/RemoteLock/DeviceLock' },
  ],
  [
    { path: './Vendor/MSFT/Reboot/RebootNow', action: 'Exec', format: 'null' },
    { verb: 'Exec', locUri: './Vendor/MSFT/Reboot/RebootNow', value: { format: 'null', data: '' } },
  ],
])('%j', (given, command) => {
  const made = make(given);
  expect(made).toEqual({ type: `${given.action} ${given.path.trim()}`, body: { commands: [command] } });
  expect(make({ config: given })).toEqual(made);
});

test('commands that are given together stay together, in their order', () => {
  const { type, body } = make(
    { path: './DevInfo/DevId', action: 'Get' },
    { path: './DevInfo/Man', action: 'Get' },
  );
  expect(type).toBe('Get ./DevInfo/DevId and 1 more');
  expect(body['commands']).toMatchObject([{ locUri: './DevInfo/DevId' }, { locUri: './DevInfo/Man' }]);
  const long = `./${'a'.repeat(498)}`;
  const many = make({ path: long, action: 'Get' }, { path: long, action: 'Get' });
  expect(many.type).toHaveLength(500);
  expect(many.type).toMatch(/a and 1 more$/);
});

test('what is for the user waits for the user, and cannot be mixed with what is not', () => {
  const ofUser = { path: './User/Vendor/MSFT/Policy/Config/Start/HideSleep', action: 'Get' };
  expect(make(ofUser).isOfUser).toBe(true);
  expect(violationsOf({ commands: [{ path: store, action: 'Get' }, ofUser] })).toMatchObject([
    { path: 'commands[1].path', message: expect.stringContaining('./User') },
  ]);
});

test.each<[string, JsonObject, string, RegExp]>([
  ['nothing', {}, 'commands', /required/],
  ['no list', { commands: 'x' }, 'commands', /./],
  ['an empty list', { commands: [] }, 'commands', /./],
  ['a list of texts', { commands: ['x'] }, 'commands[0]', /./],
  ['a list in a list', { commands: [[]] }, 'commands[0]', /./],
  ['null', { commands: [null] }, 'commands[0]', /./],
  ['something beside the list', { commands: [{ path: store, action: 'Get' }], name: 'x' }, 'name', /./],
  [
    'too many',
    { commands: Array.from({ length: 101 }, () => ({ path: store, action: 'Get' })) },
    'commands',
    /./,
  ],
  ['no path', { commands: [{ action: 'Get' }] }, 'commands[0].path', /./],
  [
    'a wrapped one without path',
    { commands: [{ config: { action: 'Get' } }] },
    'commands[0].config.path',
    /./,
  ],
  ['no action', { commands: [{ path: store }] }, 'commands[0].action', /./],
  ['an unknown action', { commands: [{ path: store, action: 'Atomic' }] }, 'commands[0].action', /./],
  ['a number', { commands: [{ path: store, action: 'Replace', value: 1 }] }, 'commands[0].value', /./],
  [
    'an unknown format',
    { commands: [{ path: store, action: 'Get', format: 'text' }] },
    'commands[0].format',
    /./,
  ],
  ['an unknown property', { commands: [{ path: store, action: 'Get', meta: 1 }] }, 'commands[0].meta', /./],
  ['a long path', { commands: [{ path: `./${'a'.repeat(499)}`, action: 'Get' }] }, 'commands[0].path', /./],
  [
    'a long value',
    { commands: [{ path: store, action: 'Replace', value: 'a'.repeat(501) }] },
    'commands[0].value',
    /./,
  ],
  [
    'a path from nowhere',
    { commands: [{ path: 'Vendor/MSFT', action: 'Get' }] },
    'commands[0].path',
    /blanks/,
  ],
  ['a path with a blank', { commands: [{ path: './A B', action: 'Get' }] }, 'commands[0].path', /blanks/],
  ['a path with a hole', { commands: [{ path: './A//B', action: 'Get' }] }, 'commands[0].path', /blanks/],
  ['Copy', { commands: [{ path: store, action: 'Copy' }] }, 'commands[0].action', /does not know Copy/],
  [
    'a Get with a value',
    { commands: [{ path: store, action: 'Get', value: '1' }] },
    'commands[0].value',
    /none/,
  ],
  [
    'no whole number',
    { commands: [{ path: store, action: 'Replace', value: '1.5', format: 'int' }] },
    'commands[0].value',
    /whole number/,
  ],
  [
    'neither true nor false',
    { commands: [{ path: store, action: 'Replace', value: 'yes', format: 'bool' }] },
    'commands[0].value',
    /true or false/,
  ],
  [
    'no Base64',
    { commands: [{ path: store, action: 'Replace', value: '%', format: 'b64' }] },
    'commands[0].value',
    /Base64/,
  ],
  [
    'a value for null',
    { commands: [{ path: store, action: 'Exec', value: '1', format: 'null' }] },
    'commands[0].value',
    /left out/,
  ],
  [
    'a value that no message can carry',
    { commands: [{ path: store, action: 'Replace', value: 'a\u0001' }] },
    'commands[0].value',
    /control characters/,
  ],
  [
    'a path that no message can carry',
    { commands: [{ path: './A\u0001', action: 'Get' }] },
    'commands[0].path',
    /without blanks or control/,
  ],
])('%s is refused', (_, body, path, message) => {
  const [first] = violationsOf(body);
  expect(first?.path).toBe(path);
  expect(first?.message).toMatch(message);
});

test('what has no value has no format that it could miss', () => {
  for (const action of ['Get', 'Delete']) {
    expect(violationsOf({ commands: [{ path: store, action, format: 'int' }] })).toEqual([]);
  }
});

test.each([
  './Vendor/MSFT/DMClient/Unenroll',
  './Device/Vendor/MSFT/DMClient/Provider/Muster/Unenroll',
  './device/vendor/msft/dmclient/provider/muster/poll/NumberOfFirstRetries',
  './Vendor/MSFT/DMClient',
  './Vendor/MSFT',
  './Device',
  './SyncML/DMAcc/x/AppAuth',
  './SyncML',
  './Vendor/MSFT/CertificateStore/My/WSTEP/Renew/ServerURL',
  './Vendor/MSFT/CertificateStore/Root/System/00',
  './Vendor/MSFT/CertificateStor%65/CA/System/00',
])('%s is not to be changed', (path) => {
  for (const action of ['Add', 'Delete', 'Exec', 'Replace']) {
    expect(violationsOf({ commands: [{ path, action }] })).toMatchObject([
      { path: 'commands[0].path', message: expect.stringContaining('nobody manages the device') },
    ]);
  }
  expect(violationsOf({ commands: [{ path, action: 'Get' }] })).toEqual([]);
});

test.each([
  './Vendor/MSFT/DMClient/Provider/Muster/ConfigRefresh/Enabled',
  './Vendor/MSFT/RemoteWipe/doWipe',
  './Vendor/MSFT/RootCATrustedCertificates/Root/00/EncodedCertificate',
  './Vendor/MSFT/DMClientX/Unenroll',
])('%s is', (path) => {
  expect(violationsOf({ commands: [{ path, action: 'Replace', value: '1' }] })).toEqual([]);
});

test('whatever is sent, it becomes commands or is refused with its place', () => {
  const command = fc.record(
    {
      path: fc.oneof(fc.string(), fc.constantFrom(store, './User/A', './SyncML')),
      action: fc.oneof(fc.string(), fc.constantFrom('Add', 'Copy', 'Delete', 'Exec', 'Get', 'Replace')),
      value: fc.oneof(fc.string(), fc.integer()),
      format: fc.oneof(fc.string(), fc.constantFrom('int', 'bool', 'b64', 'null', 'chr', 'float')),
    },
    { requiredKeys: [] },
  );
  const any = fc.oneof(
    fc.jsonValue(),
    fc.array(fc.oneof(command, fc.record({ config: command }), fc.jsonValue())),
  );
  fc.assert(
    fc.property(any, (commands) => {
      const body = { commands } as JsonObject;
      for (const { path } of violationsOf(body)) expect(path).toMatch(/^commands/);
    }),
  );
});
