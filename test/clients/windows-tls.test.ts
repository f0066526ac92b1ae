import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpTransport, keyPool } from '../simulated-devices/apple/index.ts';
import { simulatedWindowsDevice } from '../simulated-devices/windows/index.ts';
import { administratorOf, type Administrator } from '../support/administrator.ts';
import { enrollBy, windowsEnrollment } from '../support/windows-fleet.ts';
import { httpsServer, type HttpsServer } from './https-server.ts';

/** PCs that show their certificates in the TLS handshake. */

let server: HttpsServer;
let http: ReturnType<typeof httpTransport>;
let send: Administrator;
beforeAll(async () => {
  server = await httpsServer();
  http = httpTransport({ authorities: await readFile(server.caPath, 'utf8') });
  const token = server.credentials.apiToken.reveal();
  send = administratorOf({ publicUrl: server.publicUrl, token }, http.send);
});
afterAll(async () => {
  http[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
});

test('a PC is known by its certificate in TLS, and by its digest where it has none there', async () => {
  const { organization, apiToken } = server.credentials;
  for (const kind of ['tls', 'none'] as const) {
    const pc = simulatedWindowsDevice({
      hardware: { form: 'windows11' },
      transport: http.send,
      random: randomBytes,
      clock: () => new Date(),
      newKeyPair: keyPool(1),
      certificate: { kind },
    });
    await enrollBy(pc, await windowsEnrollment({ send }, { organization, token: apiToken.reveal() }));
    const session = await pc.sync();
    expect(session).toMatchObject({ wasChallenged: kind === 'none', isAborted: false });
    expect(session.received.map(({ uri }) => uri)).toContain('./DevDetail/SwV');
    expect(await pc.sync()).toMatchObject({ received: [], isAborted: false });
  }
  const { items } = (await send({ url: '/api/v1/organizations/default/devices' })).json;
  expect(items).toMatchObject([{ state: 'ACTIVE' }, { state: 'ACTIVE' }]);
});
