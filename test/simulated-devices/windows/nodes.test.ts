import { beforeEach, describe, expect, test } from 'vitest';
import { enrolledDevice } from './device-for-test.ts';
import type { SimulatedWindowsDevice } from './device.ts';
import type { ReferenceServer } from './reference-server.ts';
import { command } from './reference-sessions.ts';

const vendor = './Device/Vendor/MSFT';
let server: ReferenceServer;
let device: SimulatedWindowsDevice;
beforeEach(async () => {
  ({ server, device } = await enrolledDevice());
  server.authentication = 'certificate';
});

type Step = readonly [verb: string, uri: string, value?: { readonly format: string; readonly data: string }];

/** What became of commands that came in one message, and what the results were. */
async function run(...steps: readonly Step[]): Promise<(number | undefined)[]> {
  server.rounds.push(steps.map(([verb, uri, value], index) => command(verb, `c${index}`, uri, value)));
  const { received } = await device.sync();
  return received.map(({ status }) => status);
}

const int = (data: number | string) => ({ format: 'int', data: String(data) });
const chr = (data: string) => ({ format: 'chr', data });

describe('addresses', () => {
  const uri = `${vendor}/Policy/Config/DeviceLock/MinDevicePasswordLength`;
  test.each([
    './Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength',
    './device/vendor/msft/policy/config/devicelock/mindevicepasswordlength',
    `${vendor}/Policy/Config/DeviceLock/Min%44evicePasswordLength`,
  ])('%s is the same', async (other) => {
    expect(await run(['Replace', uri, int(8)], ['Get', other])).toEqual([200, 200]);
    expect(device.value(other)).toBe('8');
  });

  test.each([` ${uri}`, `${uri} `, uri.slice(2), `${vendor}//Policy`, `${uri}%`])(
    '%j is none',
    async (wrong) => {
      expect(await run(['Get', wrong])).toEqual([404]);
    },
  );
});

describe('policies', () => {
  const uri = `${vendor}/Policy/Config/Experience/AllowCortana`;
  const result = `${vendor}/Policy/Result/Experience/AllowCortana`;

  test('are made by Replace, are seen as a result, and revert by Delete', async () => {
    expect(await run(['Get', uri], ['Replace', uri, int(0)], ['Get', uri], ['Get', result])).toEqual([
      404, 200, 200, 200,
    ]);
    expect(
      await run(
        ['Add', uri, int(0)],
        ['Delete', uri],
        ['Delete', uri],
        ['Get', result],
        ['Add', uri, int(0)],
      ),
    ).toEqual([418, 200, 404, 404, 200]);
  });

  test('take values of their format', async () => {
    expect(await run(['Replace', uri, int('one')], ['Replace', uri, chr('zero')], ['Replace', uri])).toEqual([
      415, 415, 415,
    ]);
    const text = `${vendor}/Policy/Config/DeviceLock/PreventLockScreenSlideShow`;
    expect(await run(['Replace', text, chr('&lt;enabled/&gt;')])).toEqual([200]);
    expect(device.value(text)).toBe('<enabled/>');
  });

  test('of a user need him to be signed in', async () => {
    const ofUser = './User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsSpotlight';
    device.signIn('none');
    expect(await run(['Replace', ofUser, int(0)], ['Get', ofUser])).toEqual([500, 404]);
    device.signIn('user');
    expect(await run(['Replace', ofUser, int(0)], ['Get', ofUser])).toEqual([200, 200]);
    device.signIn('others');
    expect(await run(['Delete', ofUser])).toEqual([500]);
  });
});

describe('other nodes', () => {
  test('what is not there is added, not replaced', async () => {
    const uri = `${vendor}/RootCATrustedCertificates/Root/0123456789/EncodedCertificate`;
    const value = { format: 'b64', data: 'AAEC' };
    expect(
      await run(['Replace', uri, value], ['Add', uri, value], ['Add', uri, value], ['Replace', uri, value]),
    ).toEqual([404, 200, 418, 200]);
    expect(
      await run(['Delete', uri], ['Delete', uri.replace('/EncodedCertificate', '')], ['Get', uri]),
    ).toEqual([405, 200, 404]);
  });

  test('what cannot be removed stays', async () => {
    const uri = './Vendor/MSFT/Firewall/MdmStore/DomainProfile/EnableFirewall';
    const value = { format: 'bool', data: 'false' };
    expect(await run(['Delete', uri], ['Add', uri, value], ['Replace', uri, value], ['Delete', uri])).toEqual(
      [405, 405, 200, 405],
    );
    expect(device.value(uri)).toBe('false');
  });

  test('what is only to be read, or is no order, is neither set nor carried out', async () => {
    expect(
      await run(
        ['Replace', './DevDetail/SwV', chr('11')],
        ['Exec', './DevDetail/SwV'],
        ['Exec', `${vendor}/Policy/Config`],
        ['Get', `${vendor}/RemoteWipe/doWipe`],
        ['Copy', './DevDetail/SwV'],
        ['Replace', `${vendor}/Unknown/Node`, int(1)],
      ),
    ).toEqual([405, 425, 405, 405, 406, 404]);
  });

  test('what holds others tells their names', async () => {
    const rule = './Vendor/MSFT/Firewall/MdmStore/FirewallRules/My%20rule';
    await run(
      ['Add', rule, { format: 'node', data: '' }],
      ['Add', `${rule}/Enabled`, { format: 'bool', data: 'true' }],
    );
    server.rounds.push([
      command('Get', 'g', './Vendor/MSFT/Firewall/MdmStore/FirewallRules'),
      command('Get', 'h', rule),
      command('Get', 'i', './DevInfo'),
    ]);
    await device.sync();
    const told = server.requests.at(-1)!.body!.toString();
    expect(told).toMatch(
      /<LocURI>.\/Vendor\/MSFT\/Firewall\/MdmStore\/FirewallRules<\/LocURI><\/Source><Meta><Format xmlns="syncml:metinf">node<\/Format><\/Meta><Data>My%20rule</,
    );
    expect(told).toContain('<Data>Enabled</Data>');
    expect(told).toContain('<Data>DevId/Man/Mod/DmV/Lang</Data>');
    expect(await run(['Delete', rule], ['Get', rule])).toEqual([200, 404]);
  });

  test('a picture is fetched later', async () => {
    expect(
      await run(['Replace', `${vendor}/Personalization/DesktopImageUrl`, chr('https://x.example/a.png')]),
    ).toEqual([202]);
  });

  test('a test has nodes of its own', async () => {
    const node = { uri: `${vendor}/Own/Node`, formats: ['int'], access: 'G', initial: '7' } as const;
    const own = await enrolledDevice({ nodes: [node] });
    expect(own.device.value('./Vendor/MSFT/Own/Node')).toBe('7');
    expect(own.device.value('./DevInfo/DmV')).toBe('1.3');
    expect(device.value('./Vendor/MSFT/Own/Node')).toBeUndefined();
  });
});

describe('all or none', () => {
  const one = `${vendor}/Policy/Config/Experience/AllowCortana`;
  const two = `${vendor}/Policy/Config/Camera/AllowCamera`;
  const atomic = (...commands: string[]) => `<Atomic><CmdID>a</CmdID>${commands.join('')}</Atomic>`;
  const told = async (markup: string) => {
    server.rounds.push([markup]);
    await device.sync();
    const statuses = server.requests
      .at(-1)!
      .body!.toString()
      .matchAll(/<CmdRef>(\w+)<\/CmdRef><Cmd>\w+<\/Cmd><Data[^>]*>(\d+)/g);
    return [...statuses].map(([, id, status]) => `${id} ${status}`);
  };

  test('what is right is done', async () => {
    expect(
      await told(atomic(command('Replace', 'r', one, int(0)), command('Add', 's', two, int(0)))),
    ).toEqual(['0 200', 'a 200', 'r 200', 's 200']);
  });

  test('what was done before one failed is taken back, and the rest is not done', async () => {
    const commands = [
      command('Replace', 'r', one, int(0)),
      command('Replace', 's', two, chr('x')),
      command('Replace', 't', two, int(1)),
    ];
    expect(await told(atomic(...commands))).toEqual(['0 200', 'a 507', 'r 216', 's 415', 't 215']);
    expect(device.value(one)).toBeUndefined();
  });

  test('it holds no Get, no other Atomic, and not both the device and the user', async () => {
    expect(await told(atomic(command('Get', 'g', one)))).toEqual(['0 200', 'a 507', 'g 500']);
    expect(
      await told(atomic('<Atomic><CmdID>b</CmdID>' + command('Replace', 'r', one, int(0)) + '</Atomic>')),
    ).toEqual(['0 200', 'a 507', 'b 500']);
    const ofUser = command(
      'Replace',
      'u',
      './User/Vendor/MSFT/Policy/Config/Experience/AllowCortana',
      int(0),
    );
    expect(await told(atomic(command('Replace', 'r', one, int(0)), ofUser))).toEqual([
      '0 200',
      'a 507',
      'r 500',
      'u 215',
    ]);
  });
});

test('a node fails as it is told, until it is healed', async () => {
  const uri = `${vendor}/Policy/Config/Experience/AllowCortana`;
  device.fail(uri, { status: 500, originalError: '0x86000011', verbs: ['Replace'], times: 2 });
  expect(
    await run(['Replace', uri, int(0)], ['Get', uri], ['Replace', uri, int(0)], ['Replace', uri, int(0)]),
  ).toEqual([500, 404, 500, 200]);
  expect(server.requests.at(-1)!.body!.toString()).toContain(
    '<Data msft:originalerror="0x86000011">500</Data>',
  );
  device.fail(uri, { status: 403 });
  device.heal(uri);
  expect(await run(['Get', uri])).toEqual([200]);
});

test('a cache of nodes tells what somebody has changed', async () => {
  const cache = `${vendor}/NodeCache/Reference`;
  const uri = `${vendor}/Policy/Config/Experience/AllowCortana`;
  expect(
    await run(
      ['Replace', uri, int(0)],
      ['Add', `${cache}/Nodes/n1/NodeURI`, chr(uri)],
      ['Add', `${cache}/Nodes/n1/ExpectedValue`, chr('0')],
      ['Replace', `${cache}/Nodes/n1/ExpectedValue`, chr('1')],
    ),
  ).toEqual([200, 200, 200, 405]);
  expect(device.value(`${cache}/ChangedNodes`)).toBe('');
  device.setLocally(uri, '1', 'int');
  expect(device.value(`${cache}/ChangedNodes`)).toBe('n1');
  expect(device.value(`${cache}/ChangedNodesData`)).toBe(
    `<Nodes><Node Id="n1" Uri="${uri}">MQ==</Node></Nodes>`,
  );
});
