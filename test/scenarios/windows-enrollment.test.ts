import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../support/server.ts';
import { enrollBy, windowsDevice, windowsEnrollment } from '../support/windows-fleet.ts';
import { settle, windowsScenario, type WindowsScenario } from '../support/windows-scenario.ts';

let server: TestServer;
let org: WindowsScenario;
beforeAll(async () => {
  server = await testServer({ certificateHeader: 'client-cert' });
  org = await windowsScenario(server, 'windows-enrollment');
});
afterAll(() => server[Symbol.asyncDispose]());

test.each(['windows10', 'windows11'] as const)('%s enrols, and is known by what it tells', async (form) => {
  const pc = await org.enrolled({ hardware: { form } });
  expect(await org.deviceOf(pc)).toMatchObject({ platform: 'windows', state: 'ACTIVE' });
});

test('it proves itself by its digest, and by its certificate where a proxy tells it', async () => {
  const alone = await org.enrolled();
  expect(await alone.sync()).toMatchObject({ wasChallenged: true });
  const proxied = await org.enrolled({
    certificate: { kind: 'proxyHeader', header: 'client-cert', form: 'rfc9440' },
  });
  expect(await proxied.sync()).toMatchObject({ wasChallenged: false });
});

test('with the nonce of its last session it needs no second message', async () => {
  const pc = await org.enrolled({ firstCredential: 'digest' });
  expect(await pc.sync()).toMatchObject({ wasChallenged: false, messages: 1 });
});

test('what must not be told in clear is not taken', async () => {
  const pc = await org.enrolled({ firstCredential: 'basic' });
  expect(await pc.sync()).toMatchObject({ wasChallenged: true });
});

test('enrolled again it is the same device, and the old enrolment is worth nothing', async () => {
  const pc = await org.enrolled();
  const before = await org.deviceOf(pc);
  const old = { enrollment: pc.state.enrollment, identity: pc.state.identity };
  pc.forget();
  await enrollBy(pc, await windowsEnrollment(server, org.own.tenant));
  await settle(pc);
  expect(await org.deviceOf(pc)).toMatchObject({ id: before.id, state: 'ACTIVE' });
  Object.assign(pc.state, old);
  await expect(pc.sync()).rejects.toThrow(/refuses .*: 401/);
});

test('the person ends the management', async () => {
  const pc = await org.enrolled();
  const { id } = await org.deviceOf(pc);
  await pc.unenroll();
  expect(await org.native('GET', `/devices/${id}`)).not.toMatchObject({ state: 'ACTIVE' });
});

test('by the sign-in page: the person types the code, and the page hands a token over', async () => {
  const settings = { authPolicy: 'Federated', entra: null };
  const { discoveryUrl } = await org.native('PUT', '/windows-enrollment', settings);
  const { code } = await windowsEnrollment(server, org.own.tenant);
  const pc = windowsDevice(server);
  await pc.enroll(discoveryUrl, {
    kind: 'federated',
    username: 'ada@example.com',
    async signIn(pageUrl) {
      const page = await server.app.server.inject(pageUrl);
      // Its form goes where it came from.
      expect(page.body).toContain('<form method="post">');
      const { searchParams } = new URL(pageUrl);
      const result = await server.app.server.inject({
        method: 'POST',
        url: pageUrl,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ ...Object.fromEntries(searchParams), code }).toString(),
      });
      expect(result.body).toContain(`action="${searchParams.get('appru')}"`);
      return /name="wresult" value="([^"]+)"/.exec(result.body)![1]!;
    },
  });
  await settle(pc);
  expect(await org.deviceOf(pc)).toMatchObject({ state: 'ACTIVE' });
});

test('many enrol at once', async () => {
  const enrollment = await windowsEnrollment(server, org.own.tenant, { maxUses: 8 });
  const pcs = Array.from({ length: 8 }, () => windowsDevice(server));
  await Promise.all(pcs.map((pc) => enrollBy(pc, enrollment)));
  await Promise.all(pcs.map(settle));
  await expect(enrollBy(windowsDevice(server), enrollment)).rejects.toMatchObject({ code: '80180013' });
});
