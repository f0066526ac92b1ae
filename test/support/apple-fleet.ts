import { randomBytes } from 'node:crypto';
import {
  inProcessTransport,
  keyPool,
  simulatedDevice,
  type DeviceOptions,
  type SimulatedDevice,
  type Transport,
} from '../simulated-devices/apple/index.ts';
import type { Tenant, TestServer } from './server.ts';

const newKeyPair = keyPool(4);

/** A way to the server without a socket. */
export function transportTo(server: TestServer): Transport {
  return inProcessTransport((request) => server.app.server.inject(request));
}

/** An Apple device that knows the server, and is not enrolled yet. */
export function appleDevice(server: TestServer, options: Partial<DeviceOptions> = {}): SimulatedDevice {
  return simulatedDevice({
    hardware: { kind: 'mac' },
    transport: transportTo(server),
    random: randomBytes,
    clock: () => server.now(),
    newKeyPair,
    ...options,
  });
}

/** The address of a new enrolment's profile. */
export async function enrollmentUrl(
  server: Pick<TestServer, 'send'>,
  { organization, token }: Pick<Tenant, 'organization' | 'token'>,
  content: object = {},
): Promise<string> {
  const answer = await server.send({
    method: 'POST',
    url: `/api/v1/organizations/${organization.slug}/enrollments`,
    body: { platform: 'apple', ...content },
    token,
  });
  if (answer.status !== 201) throw new Error(`no enrolment: ${answer.text}`);
  return answer.json.url;
}
