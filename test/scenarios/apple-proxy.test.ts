import { afterAll, beforeAll, expect, test } from 'vitest';
import { ServerRefusal, type DeviceOptions } from '../simulated-devices/apple/index.ts';
import { appleDevice, enrollmentUrl } from '../support/apple-fleet.ts';
import { appleScenario, type AppleScenario } from '../support/apple-scenario.ts';
import { testServer, type TestServer } from '../support/server.ts';

const header = 'client-cert';
const byProxy = (form: 'rfc9440' | 'escapedPem'): Partial<DeviceOptions> => ({
  supportsDeclarations: false,
  authentication: { kind: 'proxyHeader', header, form },
});

let trusting: TestServer;
let other: TestServer;
let org: AppleScenario;
beforeAll(async () => {
  [trusting, other] = await Promise.all([testServer({ certificateHeader: header }), testServer()]);
  org = await appleScenario(trusting, 'proxy');
});
afterAll(async () => {
  await trusting[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

test.each(['rfc9440', 'escapedPem'] as const)('a proxy tells who a device is as %s', async (form) => {
  const device = await org.enrolled(byProxy(form));
  await org.giveToAll('macOSGeneralDeviceConfiguration', { passwordRequired: true });
  await device.checkIn();
  expect(device.effective('com.apple.mobiledevice.passwordpolicy')).toMatchObject({ forcePIN: true });
});

test('a server that has no proxy before it believes no header', async () => {
  const stranger = await appleScenario(other, 'no-proxy');
  const device = appleDevice(other, byProxy('rfc9440'));
  const refusal: unknown = await device
    .enroll(await enrollmentUrl(other, stranger.tenant))
    .catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ServerRefusal);
  expect(refusal).toMatchObject({ status: 400 });
  expect((await stranger.native('GET', '/devices')).items).toEqual([]);
});

test.each([
  ['nothing', ''],
  ['no certificate', ':AAAA:'],
  ['half of RFC 9440', ':MIIB'],
  ['what is not escaped well', '%E0%A4%A'],
  ['something else', 'CN=ada'],
])('%s in the header is refused with 400', async (_, value) => {
  const device = await org.enrolled(byProxy('rfc9440'));
  const answer = await trusting.app.server.inject({
    method: 'PUT',
    url: `/mdm/apple/connect/${org.tenant.hexId}`,
    headers: { [header]: value },
    payload: `<plist><dict><key>UDID</key><string>${device.hardware.udid}</string><key>Status</key><string>Idle</string></dict></plist>`,
  });
  expect(answer.statusCode).toBe(400);
});

test('a signature counts, and not what the proxy says of the connection', async () => {
  const ada = await org.enrolled(byProxy('rfc9440'));
  const certificate = ada.state.enrollment!.identity.certificate.raw.toString('base64');
  const answer = await trusting.app.server.inject({
    method: 'PUT',
    url: `/mdm/apple/connect/${org.tenant.hexId}`,
    headers: { [header]: `:${certificate}:`, 'mdm-signature': 'AAAA' },
    payload: `<plist><dict><key>UDID</key><string>${ada.hardware.udid}</string><key>Status</key><string>Idle</string></dict></plist>`,
  });
  expect(answer.statusCode).toBe(400);
});
