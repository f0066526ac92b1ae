import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ConnectionLost, lossyTransport, type LossyTransport } from '../../support/lossy-transport.ts';
import { readSignedContent } from '../pki/signed-data.ts';
import { enrolledDevice, person } from './device-for-test.ts';
import { AuthenticationRefused } from './failures.ts';
import { ns } from './namespaces.ts';
import { command, toldIn } from './reference-sessions.ts';
import { digestOf } from './session/digest.ts';
import { childrenNamed, optionalChild, optionalText, requiredChild, requiredText } from './xml/elements.ts';
import type { XmlElement } from './xml/read-xml.ts';

const bodyOf = (message: XmlElement) => requiredChild(message, ns.syncml, 'SyncBody');
const headerOf = (message: XmlElement) => requiredChild(message, ns.syncml, 'SyncHdr');
const text = (element: XmlElement, name: string) => optionalText(element, ns.syncml, name);
const swV = './DevDetail/SwV';

test('the digest is the one of the documentation', () => {
  const nonce = Buffer.from('ABEiM0RVZneImaq7zN3u/w==', 'base64');
  expect(digestOf({ name: 'pc-0001', secret: 'example-secret' }, nonce)).toBe('eMtmEtGR9Xp19Ou6qL3MBw==');
});

test.each([
  ['windows10', ['1', '2', '3']],
  ['windows11', ['2', '3', '4']],
] as const)('%s begins with why, who is signed in, and what it is', async (form, ids) => {
  const { server, device } = await enrolledDevice({ hardware: { form } });
  device.signIn('others');
  server.authentication = 'certificate';
  await device.sync();
  const [message] = server.messages;
  const { children } = bodyOf(message!);
  expect(children.map(({ name }) => name)).toEqual(['Alert', 'Alert', 'Replace', 'Final']);
  expect(children.slice(0, 3).map((child) => text(child, 'CmdID'))).toEqual(ids);
  expect(text(children[0]!, 'Data')).toBe('1201');
  const item = requiredChild(children[1]!, ns.syncml, 'Item');
  expect(requiredText(requiredChild(item, ns.syncml, 'Meta'), ns.metinf, 'Type')).toBe(
    'com.microsoft/MDM/LoginStatus',
  );
  expect(text(item, 'Data')).toBe('others');
  expect(childrenNamed(children[2]!, ns.syncml, 'Item').map((one) => text(one, 'Data'))).toEqual([
    device.hardware.deviceId,
    device.hardware.manufacturer,
    device.hardware.model,
    '1.3',
    'en-US',
  ]);
  expect(server.requests[0]).toMatchObject({
    method: 'POST',
    url: 'https://mdm.example.com/ManagementServer/MDM.svc?mode=Machine',
    headers: {
      'content-type': 'application/vnd.syncml.dm+xml',
      'user-agent': 'MSFT OMA DM Client/1.2.0.1',
      'client-request-id': 'entity-1',
    },
  });
});

describe('it proves itself', () => {
  test('when it is challenged, for the whole session', async () => {
    const { server, device } = await enrolledDevice();
    server.rounds.push([command('Get', 'g1', swV)]);
    const report = await device.sync();
    expect(report).toMatchObject({ sessionId: '1', messages: 3, wasChallenged: true });
    const credentials = server.messages.map(
      (message) => optionalChild(headerOf(message), ns.syncml, 'Cred') !== undefined,
    );
    expect(credentials).toEqual([false, true, false]);
    expect(text(requiredChild(headerOf(server.messages[1]!), ns.syncml, 'Source'), 'LocName')).toBe(
      'pc-0001',
    );
    expect(server.messages.map((message) => text(headerOf(message), 'MsgID'))).toEqual(['1', '2', '3']);
  });

  test('in each message where the answer is 200', async () => {
    const { server, device } = await enrolledDevice({ firstCredential: 'digest' });
    server.authentication = 'eachMessage';
    server.rounds.push([command('Get', 'g1', swV)]);
    expect(await device.sync()).toMatchObject({ messages: 2, wasChallenged: false });
    expect(await device.sync()).toMatchObject({ messages: 1, wasChallenged: false });
  });

  test('with a nonce that is stale, and again when it has the next one', async () => {
    const { server, device } = await enrolledDevice({ firstCredential: 'digest' });
    server.account.nonce = Buffer.from('another');
    expect(await device.sync()).toMatchObject({ messages: 2, wasChallenged: true });
  });

  test('basic is answered by a challenge', async () => {
    const { device } = await enrolledDevice({ firstCredential: 'basic' });
    expect(await device.sync()).toMatchObject({ wasChallenged: true });
  });

  test('and gives up where that is refused', async () => {
    const { server, device } = await enrolledDevice();
    server.authentication = 'refuse';
    await expect(device.sync()).rejects.toThrow(AuthenticationRefused);
    expect(server.messages).toHaveLength(2);
  });

  test('by the certificate: in TLS, or in the header of a proxy', async () => {
    const { server, device } = await enrolledDevice({ certificate: { kind: 'tls' } });
    server.authentication = 'certificate';
    await device.sync();
    expect(server.requests[0]!.identity!.certificate.raw).toEqual(device.state.identity!.certificate.raw);
    const proxied = await enrolledDevice({
      certificate: { kind: 'proxyHeader', header: 'client-cert', form: 'rfc9440' },
    });
    await proxied.device.sync();
    const { headers } = proxied.server.requests[0]!;
    const shown = new X509Certificate(Buffer.from(headers['client-cert']!.slice(1, -1), 'base64'));
    expect(shown.raw).toEqual(proxied.device.state.identity!.certificate.raw);
  });

  test.each(['ms-signature', 'mdm-signature'] as const)(
    'by %s, since the server wants it',
    async (signatureHeader) => {
      const { server, device } = await enrolledDevice({ signatureHeader });
      const uri = './Device/Vendor/MSFT/DMClient/Provider/Reference/RequireMessageSigning';
      server.rounds.push([command('Replace', 'r1', uri, { format: 'bool', data: 'true' })]);
      await device.sync();
      const { headers, body } = server.requests.at(-1)!;
      const { signer } = readSignedContent(Buffer.from(headers[signatureHeader]!, 'base64'), {
        detached: body!,
      });
      expect(signer.raw).toEqual(device.state.identity!.certificate.raw);
      expect(server.requests[0]!.headers[signatureHeader]).toBeUndefined();
    },
  );
});

test('it answers each command, and ends when there is none', async () => {
  const { server, device } = await enrolledDevice();
  server.authentication = 'certificate';
  server.rounds.push(
    [command('Get', 'g1', swV), command('Get', 'g2', './Vendor/MSFT/Nothing')],
    [command('Get', 'g3', './DevInfo/Lang')],
  );
  const { received } = await device.sync();
  expect(received.map(({ id, verb, status }) => `${verb} ${id} ${status}`)).toEqual([
    'Get g1 200',
    'Get g2 404',
    'Get g3 200',
  ]);
  expect(toldIn(server.messages[1]!)).toEqual([
    'SyncHdr 0: 200',
    'Get g1: 200',
    'Get g2: 404',
    'g1 ./DevDetail/SwV = 10.0.26200.9278',
  ]);
  expect(server.messages).toHaveLength(3);
  expect(await device.sync()).toMatchObject({ messages: 1, received: [] });
});

test('with several items, each has its status, and the results come together', async () => {
  const { server, device } = await enrolledDevice();
  const item = (uri: string) => `<Item><Target><LocURI>${uri}</LocURI></Target></Item>`;
  server.rounds.push([
    `<Get><CmdID>g1</CmdID>${item(swV)}${item('./DevInfo/Nothing')}${item('./DevInfo/DmV')}</Get>`,
  ]);
  await device.sync();
  expect(toldIn(server.messages[2]!)).toEqual([
    'SyncHdr 0: 200',
    'Get g1 ./DevDetail/SwV: 200',
    'Get g1 ./DevInfo/Nothing: 404',
    'Get g1 ./DevInfo/DmV: 200',
    'g1 ./DevDetail/SwV = 10.0.26200.9278',
    'g1 ./DevInfo/DmV = 1.3',
  ]);
  expect(childrenNamed(bodyOf(server.messages[2]!), ns.syncml, 'Results')).toHaveLength(1);
});

test('it asks for the rest of a message that is not final', async () => {
  const { server, device } = await enrolledDevice();
  server.authentication = 'certificate';
  let isFirst = true;
  server.changeMessage = (sent) => (isFirst ? ((isFirst = false), sent.replace('<Final/>', '')) : sent);
  server.rounds.push([command('Get', 'g1', swV)]);
  await device.sync();
  const [alert] = childrenNamed(bodyOf(server.messages[1]!), ns.syncml, 'Alert');
  expect(text(alert!, 'Data')).toBe('1222');
});

test('results that are larger than the server takes end the session', async () => {
  const { server, device } = await enrolledDevice();
  server.authentication = 'certificate';
  server.changeMessage = (sent) =>
    sent.replace(
      '</Source></SyncHdr>',
      '</Source><Meta><MaxMsgSize xmlns="syncml:metinf">600</MaxMsgSize></Meta></SyncHdr>',
    );
  server.rounds.push([
    command('Get', 'g1', swV),
    command('Get', 'g2', './Device/Vendor/MSFT/DeviceManageability/Capabilities/CSPVersions'),
  ]);
  expect(await device.sync()).toMatchObject({ isAborted: true });
  expect(childrenNamed(bodyOf(server.messages[1]!), ns.syncml, 'Results')).toEqual([]);
  expect(text(bodyOf(server.messages[2]!).children[0]!, 'Data')).toBe('1223');
});

test('the server ends the session', async () => {
  const { server, device } = await enrolledDevice();
  server.rounds.push(['<Alert><CmdID>a</CmdID><Data>1223</Data></Alert>', command('Get', 'g1', swV)]);
  expect(await device.sync()).toMatchObject({ isAborted: true, received: [] });
});

describe('a value in parts', () => {
  const uri = './Device/Vendor/MSFT/BitLocker/SystemDrivesRecoveryOptions';
  const part = (id: string, data: string, size?: number, isLast = false) =>
    `<Replace><CmdID>${id}</CmdID><Item><Target><LocURI>${uri}</LocURI></Target><Meta><Format xmlns="syncml:metinf">chr</Format>${size === undefined ? '' : `<Size xmlns="syncml:metinf">${size}</Size>`}</Meta><Data>${data}</Data>${isLast ? '' : '<MoreData/>'}</Item></Replace>`;

  test('is put together', async () => {
    const { server, device } = await enrolledDevice({ maxObjSize: 1_000 });
    server.authentication = 'certificate';
    server.rounds.push([part('p1', 'abc', 8)], [part('p2', 'def')], [part('p3', 'gh', undefined, true)]);
    await device.sync();
    expect(server.messages.slice(1).flatMap(toldIn)).toEqual(
      ['p1: 213', 'p2: 213', 'p3: 200'].flatMap((told) => ['SyncHdr 0: 200', `Replace ${told}`]),
    );
    expect(device.value(uri)).toBe('abcdefgh');
  });

  test('is refused where it is not what was said', async () => {
    const { server, device } = await enrolledDevice({ maxObjSize: 8 });
    server.authentication = 'certificate';
    server.rounds.push([part('p1', 'abc', 8)], [part('p2', 'd', undefined, true)], [part('p3', 'abc', 9)]);
    await device.sync();
    expect(
      server.messages
        .slice(1)
        .flatMap(toldIn)
        .filter((told) => told.startsWith('R')),
    ).toEqual(['Replace p1: 213', 'Replace p2: 424', 'Replace p3: 413']);
    expect(device.value(uri)).toBeUndefined();
  });

  test('does not come to a device that has announced nothing', async () => {
    const { server, device } = await enrolledDevice();
    server.rounds.push([part('p1', 'abc', 8)]);
    await expect(device.sync()).rejects.toThrow(/announced no MaxObjSize/);
  });

  test('must go on with the next message', async () => {
    const { server, device } = await enrolledDevice({ maxObjSize: 100 });
    server.rounds.push([part('p1', 'abc', 8)], [command('Get', 'g1', swV)]);
    await expect(device.sync()).rejects.toThrow(/1225/);
  });
});

describe('behaviours', () => {
  test('results that come twice', async () => {
    const { server, device } = await enrolledDevice();
    server.authentication = 'certificate';
    server.rounds.push([command('Get', 'g1', swV)], [command('Get', 'g2', './DevInfo/Lang')]);
    device.repeatResults(1);
    await device.sync();
    expect(toldIn(server.messages[2]!).slice(2)).toEqual([
      'g1 ./DevDetail/SwV = 10.0.26200.9278',
      'g2 ./DevInfo/Lang = en-US',
    ]);
    const [repeated] = childrenNamed(bodyOf(server.messages[2]!), ns.syncml, 'Results');
    expect(text(repeated!, 'MsgRef')).toBe('1');
  });

  test('a connection that is lost: what was ordered is done, what was not heard is told again', async () => {
    let network: LossyTransport | undefined;
    const { server, device } = await enrolledDevice({
      overNetwork: (transport) => {
        network = lossyTransport(transport);
        return network.send;
      },
    });
    server.authentication = 'certificate';
    const uri = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera';
    server.rounds.push([command('Replace', 'r1', uri, { format: 'int', data: '0' })]);
    network!.lose('answer', 1);
    await expect(device.sync()).rejects.toThrow(ConnectionLost);
    expect(device.value(uri)).toBe('0');
    device.state.alerts.push({ type: 'com.example.happened', format: 'int', data: '1' });
    network!.lose('answer', 0);
    await expect(device.sync()).rejects.toThrow(ConnectionLost);
    expect(device.state.alerts).toHaveLength(1);
    await device.sync();
    expect(device.state.alerts).toEqual([]);
    network!.lose('request', 0);
    await expect(device.unenroll()).rejects.toThrow(ConnectionLost);
    expect(device.state.enrollment).toBeUndefined();
  });

  test('a message again', async () => {
    const { server, device } = await enrolledDevice();
    await device.sync();
    const answer = await device.replay();
    expect(answer.status).toBe(200);
    expect(server.requests.at(-1)!.body).toEqual(server.requests.at(-2)!.body);
  });

  test('asleep, there is no session', async () => {
    const { server, device } = await enrolledDevice();
    device.sleep();
    expect(await device.sync()).toMatchObject({ messages: 0 });
    device.wake();
    await device.sync();
    expect(server.messages).toHaveLength(2);
  });

  test('the person leaves: it says so, and is not enrolled any more', async () => {
    const { server, device } = await enrolledDevice();
    await device.unenroll();
    const alerts = childrenNamed(bodyOf(server.messages[0]!), ns.syncml, 'Alert');
    expect(alerts.map((alert) => text(alert, 'Data'))).toEqual(['1201', '1224', '1226']);
    const meta = requiredChild(requiredChild(alerts[2]!, ns.syncml, 'Item'), ns.syncml, 'Meta');
    expect(meta.children.map((child) => child.text)).toEqual([
      'int',
      'com.microsoft:mdm.unenrollment.userrequest',
      'critical',
    ]);
    await expect(device.sync()).rejects.toThrow(/not enrolled/);
    await device.enroll(server.discoveryUrl, person);
  });
});
