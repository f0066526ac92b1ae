import { seededRandom } from '../seeded-random.ts';
import { keyPool, selfSigned } from '../pki/certificates.ts';
import { simulatedDevice, type DeviceOptions, type SimulatedDevice } from './device.ts';
import { writePlist, type PlistDict } from './plist.ts';
import { referenceServer, type ReferenceServer } from './reference-server.ts';

const testKeys = keyPool(2);

export async function testAuthority(commonName = 'Reference authority') {
  const keys = await testKeys(2_048);
  return selfSigned(keys.privateKey, keys.publicKey, commonName);
}

export function testDevice(
  transport: DeviceOptions['transport'],
  options: Partial<DeviceOptions> = {},
): SimulatedDevice {
  return simulatedDevice({
    hardware: { kind: 'mac' },
    transport,
    random: seededRandom('device'),
    clock: () => new Date('2026-03-01T12:00:00Z'),
    newKeyPair: testKeys,
    ...options,
  });
}

/** A server and a device that is enrolled there; its first messages are forgotten. */
export async function enrolledDevice(
  options: Partial<DeviceOptions> = {},
): Promise<{ readonly server: ReferenceServer; readonly device: SimulatedDevice }> {
  const server = referenceServer(await testAuthority());
  const device = testDevice(server.transport, options);
  await device.enroll(`${server.origin}/enroll`);
  server.checkIns.length = 0;
  server.requests.length = 0;
  server.signers.length = 0;
  return { server, device };
}

/** A configuration profile with payloads, each `[type, content]`. */
export function configurationProfile(
  identifier: string,
  payloads: readonly (readonly [type: string, content: PlistDict])[],
  outer: PlistDict = {},
): Buffer {
  return writePlist({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: `uuid of ${identifier}`,
    PayloadDisplayName: identifier,
    PayloadContent: payloads.map(([type, content], index) => ({
      PayloadType: type,
      PayloadVersion: 1,
      PayloadIdentifier: `${identifier}.${index}`,
      PayloadUUID: `uuid of ${identifier}.${index}`,
      ...content,
    })),
    ...outer,
  });
}

export const passcodeType = 'com.apple.mobiledevice.passwordpolicy';
