import { keyPool } from '../pki/certificates.ts';
import { seededRandom } from '../seeded-random.ts';
import type { Transport } from '../transport.ts';
import { simulatedWindowsDevice, type SimulatedWindowsDevice, type WindowsDeviceOptions } from './device.ts';
import { referenceAuthority, type ReferenceAuthority } from './reference-authority.ts';
import { referenceServer, type ReferenceServer } from './reference-server.ts';

const testKeys = keyPool(3);

export const person = { kind: 'onPremise', username: 'ada@example.com', password: 'open sesame' } as const;

export async function testAuthority(): Promise<ReferenceAuthority> {
  return referenceAuthority([await testKeys(2_048), await testKeys(2_048)], seededRandom('authority'));
}

export function testDevice(
  { transport }: Pick<ReferenceServer, 'transport'>,
  options: Partial<WindowsDeviceOptions> = {},
): SimulatedWindowsDevice {
  return simulatedWindowsDevice({
    hardware: { form: 'windows11' },
    transport,
    random: seededRandom('device'),
    clock: () => new Date('2026-03-01T12:00:00Z'),
    newKeyPair: testKeys,
    ...options,
  });
}

/** A server and a PC that is enrolled there; its first messages are forgotten. */
export async function enrolledDevice({
  overNetwork = (transport) => transport,
  ...options
}: Partial<WindowsDeviceOptions> & {
  readonly overNetwork?: (transport: Transport) => Transport;
} = {}): Promise<{ readonly server: ReferenceServer; readonly device: SimulatedWindowsDevice }> {
  const server = referenceServer(await testAuthority());
  const device = testDevice({ transport: overNetwork(server.transport) }, options);
  await device.enroll(server.discoveryUrl, person);
  server.requests.length = 0;
  return { server, device };
}
