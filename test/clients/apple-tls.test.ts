import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  httpTransport,
  keyPool,
  selfSigned,
  simulatedDevice,
  type SimulatedDevice,
  type Transport,
} from '../simulated-devices/apple/index.ts';
import { administratorOf, type Administrator } from '../support/administrator.ts';
import { uploadPushCertificate } from '../support/apple-enrollment.ts';
import { enrollmentUrl } from '../support/apple-fleet.ts';
import { httpsServer, type HttpsServer } from './https-server.ts';

/** Devices that do not sign what they send, and show their certificates in the TLS handshake. */

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

const newDevice = (transport: Transport): SimulatedDevice =>
  simulatedDevice({
    hardware: { kind: 'mac' },
    transport,
    random: randomBytes,
    clock: () => new Date(),
    newKeyPair: keyPool(2),
    authentication: { kind: 'tls' },
    supportsDeclarations: false,
  });

test('a device is known by its certificate in TLS, and who has none gets the API as before', async () => {
  await uploadPushCertificate({ send, now: () => new Date() }, { token: '' });
  const { organization, apiToken } = server.credentials;
  const url = await enrollmentUrl({ send }, { organization, token: apiToken.reveal() });
  const device = newDevice(http.send);
  await device.enroll(url);
  expect((await device.checkIn()).map(({ requestType }) => requestType)).toContain('DeviceInformation');
  expect(await device.checkIn()).toEqual([]);
  const { items } = (await send({ url: '/api/v1/organizations/default/devices' })).json;
  expect(items).toMatchObject([{ state: 'ACTIVE', serialNumber: device.hardware.serialNumber }]);

  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const own = device.state.enrollment!.identity;
  const enrollment = { ...device.state.enrollment!, identity: selfSigned(privateKey, publicKey) };
  device.state.enrollment = enrollment;
  await expect(device.checkIn()).rejects.toMatchObject({ status: 400 });
  device.state.enrollment = { ...enrollment, identity: own };
  expect(await device.checkIn()).toEqual([]);

  const withoutCertificate = newDevice(({ method, url: to, headers, body }) =>
    http.send({ method, url: to, headers, ...(body && { body }) }),
  );
  await expect(withoutCertificate.enroll(url)).rejects.toMatchObject({ status: 400 });
});
