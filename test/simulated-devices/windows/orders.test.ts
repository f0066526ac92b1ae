import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { ConnectionLost, lossyTransport, type LossyTransport } from '../../support/lossy-transport.ts';
import { enrolledDevice, person } from './device-for-test.ts';
import type { SimulatedWindowsDevice } from './device.ts';
import type { ReferenceServer } from './reference-server.ts';
import { command } from './reference-sessions.ts';
import { escapeXml } from './xml/write-xml.ts';

const vendor = './Device/Vendor/MSFT';
let server: ReferenceServer;
let device: SimulatedWindowsDevice;
beforeEach(async () => {
  ({ server, device } = await enrolledDevice());
  server.authentication = 'certificate';
});

async function run(...commands: readonly string[]): Promise<(number | undefined)[]> {
  server.rounds.push([...commands]);
  return (await device.sync()).received.map(({ status }) => status);
}

describe('an application', () => {
  const product = `${vendor}/EnterpriseDesktopAppManagement/MSI/%7B0123%7D`;
  const node = `${product}/DownloadInstall`;
  const content = Buffer.from('an installer');
  const job = (hash: string) =>
    escapeXml(
      `<MsiInstallJob id="{0123}"><Product Version="1.2.3"><Download><ContentURLList><ContentURL>${server.origin}/files/app.msi?key=1&amp;x=2</ContentURL></ContentURLList></Download><Validation><FileHash>${hash}</FileHash></Validation><Enforcement><CommandLine>/quiet</CommandLine><TimeOut>10</TimeOut><RetryCount>1</RetryCount><RetryInterval>5</RetryInterval></Enforcement></Product></MsiInstallJob>`,
    );
  const right = createHash('sha256').update(content).digest('hex').toUpperCase();
  const install = (hash: string) => [
    command('Add', 'a', node),
    command('Exec', 'x', node, { format: 'xml', data: job(hash) }),
  ];

  test('is downloaded after the session, checked, and reported with the next', async () => {
    server.files.set('/files/app.msi', content);
    expect(await run(...install(right))).toEqual([200, 200]);
    expect(device.value(`${product}/Status`)).toBe('70');
    expect(device.value(`${product}/Version`)).toBe('1.2.3');
    expect(server.requests.at(-1)).toMatchObject({ method: 'GET', headers: {} });
    await device.sync();
    expect(server.requests.at(-1)!.body!.toString()).toMatch(
      /<Data>1226<\/Data><Item><Source><LocURI>.*%7B0123%7D<\/LocURI><\/Source><Meta><Format[^>]*>int<\/Format><Type[^>]*>Reversed-Domain-Name:com.microsoft.mdm.win32csp_install<\/Type>.*?<Data>0<\/Data>/,
    );
    expect(await run(command('Get', 'g', `${vendor}/EnterpriseDesktopAppManagement/MSI`))).toEqual([200]);
    expect(server.requests.at(-1)!.body!.toString()).toContain('<Data>%7B0123%7D</Data>');
    const downloads = server.requests.filter(({ url }) => url.includes('/files/')).length;
    expect(await run(command('Exec', 'y', node, { format: 'xml', data: job(right) }))).toEqual([200]);
    expect(server.requests.filter(({ url }) => url.includes('/files/'))).toHaveLength(downloads);
    expect(await run(command('Delete', 'd', product), command('Get', 'g', `${product}/Status`))).toEqual([
      200, 404,
    ]);
  });

  test('of another content is not installed', async () => {
    server.files.set('/files/app.msi', Buffer.from('something else'));
    expect(await run(...install(right))).toEqual([200, 200]);
    expect(device.value(`${product}/Status`)).toBe('60');
    expect(device.state.alerts).toMatchObject([{ data: '-2146893818', mark: 'warning' }]);
  });

  test('is installed also where the session breaks off', async () => {
    let network: LossyTransport | undefined;
    const other = await enrolledDevice({
      overNetwork: (transport) => {
        network = lossyTransport(transport);
        return network.send;
      },
    });
    other.server.authentication = 'certificate';
    other.server.files.set('/files/app.msi', content);
    other.server.rounds.push([...install(right)]);
    network!.lose('request', 1);
    await expect(other.device.sync()).rejects.toThrow(ConnectionLost);
    expect(other.device.value(`${product}/Status`)).toBe('70');
  });

  test('that cannot be read is not installed, and a job that is none is refused', async () => {
    expect(await run(...install(right))).toEqual([200, 200]);
    expect(device.value(`${product}/Status`)).toBe('30');
    expect(await run(command('Exec', 'x', node, { format: 'xml', data: '&lt;MsiInstallJob/&gt;' }))).toEqual([
      500,
    ]);
    expect(
      await run(command('Exec', 'x', node.replace('0123', '9'), { format: 'xml', data: job(right) })),
    ).toEqual([404]);
  });
});

describe('an ADMX file', () => {
  const file = `${vendor}/Policy/ConfigOperations/ADMXInstall/Browser/Policy/f1`;
  const policy = `${vendor}/Policy/Config/Browser~Policy~Main~Start/HomePage`;
  const admx = escapeXml(
    `<policyDefinitions><categories><category name="Main"/><category name="Start"><parentCategory ref="b:Main"/></category></categories><policies><policy name="HomePage" class="Machine"><parentCategory ref="Start"/><elements><text id="Url" valueName="u"/></elements></policy></policies></policyDefinitions>`,
  );
  const chr = (data: string) => ({ format: 'chr', data: escapeXml(data) });
  const enabled = chr('<enabled/><data id="Url" value="https://x.example"/>');

  test('makes its policies, which are never found by Get, and takes them with it', async () => {
    expect(await run(command('Replace', 'p', policy, enabled))).toEqual([404]);
    expect(
      await run(
        command('Add', 'f', file, { format: 'chr', data: admx }),
        command('Replace', 'p', policy, enabled),
        command('Get', 'g', policy),
        command('Get', 'h', file),
        command('Replace', 'q', policy.replace('HomePage', 'Other'), enabled),
        command('Replace', 'u', policy.replace('Device', 'User'), enabled),
      ),
    ).toEqual([200, 200, 404, 404, 404, 404]);
    expect(device.value(policy)).toBe('<enabled/><data id="Url" value="https://x.example"/>');
    expect(await run(command('Delete', 'd', file))).toEqual([200]);
    expect(device.value(policy)).toBeUndefined();
  });

  test('wants all elements of what is enabled', async () => {
    await run(command('Add', 'f', file, { format: 'chr', data: admx }));
    expect(await run(command('Replace', 'p', policy, chr('<enabled/>')))).toEqual([500]);
    expect(server.requests.at(-1)!.body!.toString()).toContain('originalerror="0x82B00001"');
    expect(await run(command('Replace', 'p', policy, chr('<disabled/>')))).toEqual([200]);
    expect(await run(command('Add', 'f', `${file}2`, { format: 'chr', data: 'no XML' }))).toEqual([500]);
  });
});

test('a wipe is told, and then nothing is left', async () => {
  await run(
    command('Replace', 'r', `${vendor}/Policy/Config/Camera/AllowCamera`, { format: 'int', data: '0' }),
  );
  expect(await run(command('Exec', 'w', `${vendor}/RemoteWipe/doWipe`, { format: 'chr', data: '' }))).toEqual(
    [200],
  );
  expect(server.requests.at(-1)!.body!.toString()).toContain(
    '<CmdRef>w</CmdRef><Cmd>Exec</Cmd><Data>200</Data>',
  );
  expect(device.state).toMatchObject({ erasures: 1, enrollment: undefined });
  expect(device.value(`${vendor}/Policy/Config/Camera/AllowCamera`)).toBeUndefined();
  await expect(device.sync()).rejects.toThrow(/not enrolled/);
  await device.enroll(server.discoveryUrl, person);
});

test('a PC that is set up anew loses what it was given, and stays enrolled', async () => {
  const uri = `${vendor}/Policy/Config/Camera/AllowCamera`;
  await run(command('Replace', 'r', uri, { format: 'int', data: '0' }));
  const reset = `${vendor}/RemoteWipe/AutomaticRedeployment/doAutomaticRedeployment`;
  expect(await run(command('Exec', 'x', reset, { format: 'chr', data: '' }))).toEqual([200]);
  expect(device.value(uri)).toBeUndefined();
  expect(device.state.orders.get('x')).toBe(1);
  expect(await run(command('Get', 'g', './DevDetail/SwV'))).toEqual([200]);
});

test('a restart comes after the session', async () => {
  const again = [command('Exec', 'x', `${vendor}/Reboot/RebootNow`), command('Get', 'g', './DevDetail/SwV')];
  expect(await run(...again)).toEqual([200, 200]);
  expect(device.state.restarts).toBe(1);
  expect(device.state.orders.get('x')).toBe(1);
});

test.each([`${vendor}/DMClient/Unenroll`, `${vendor}/DMClient/Provider/Reference/Unenroll`])(
  '%s is not answered',
  async (uri) => {
    expect(await run(command('Exec', 'x', uri))).toEqual([undefined]);
    expect(server.messages).toHaveLength(1);
    expect(device.state.enrollment).toBeUndefined();
  },
);
