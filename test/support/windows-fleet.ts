import { randomBytes } from 'node:crypto';
import {
  keyPool,
  simulatedWindowsDevice,
  type SimulatedWindowsDevice,
  type WindowsDeviceOptions,
} from '../simulated-devices/windows/index.ts';
import { inProcessTransport, type Transport } from '../simulated-devices/transport.ts';
import type { Tenant, TestServer } from './server.ts';

const newKeyPair = keyPool(4);

/** What a person types to enrol a PC. */
export interface WindowsEnrollment {
  readonly discoveryUrl: string;
  readonly username: string;
  /** In place of the password. */
  readonly code: string;
}

/** A Windows PC that knows the server, and is not enrolled yet. */
export function windowsDevice(
  server: TestServer,
  options: Partial<WindowsDeviceOptions> & {
    readonly overNetwork?: (transport: Transport) => Transport;
  } = {},
): SimulatedWindowsDevice {
  const { overNetwork = (transport) => transport, ...rest } = options;
  return simulatedWindowsDevice({
    hardware: { form: 'windows11' },
    transport: overNetwork(inProcessTransport((request) => server.app.server.inject(request))),
    random: randomBytes,
    clock: () => server.now(),
    newKeyPair,
    ...rest,
  });
}

export async function windowsEnrollment(
  server: Pick<TestServer, 'send'>,
  { organization, token }: Pick<Tenant, 'organization' | 'token'>,
  content: object = {},
): Promise<WindowsEnrollment & { readonly id: string }> {
  const answer = await server.send({
    method: 'POST',
    url: `/api/v1/organizations/${organization.slug}/enrollments`,
    body: { platform: 'windows', ...content },
    token,
  });
  if (answer.status !== 201) throw new Error(`no enrolment: ${answer.text}`);
  return answer.json;
}

/** Enrols with the code of an enrolment. */
export function enrollBy(
  device: SimulatedWindowsDevice,
  { discoveryUrl, username, code }: WindowsEnrollment,
): Promise<void> {
  return device.enroll(discoveryUrl, { kind: 'onPremise', username, password: code });
}
