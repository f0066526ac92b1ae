import { randomBytes } from 'node:crypto';
import {
  httpTransport,
  keyPool,
  signMessage,
  simulatedDevice,
  writePlist,
  type SimulatedDevice,
} from '../test/simulated-devices/apple/index.ts';
import type { SentRequest } from './load.ts';
import { call } from './muster.ts';
import { uploadPushCertificate } from './push-certificate.ts';

const mostExchanges = 5;

/** Twenty settings for all devices. */
const policy = {
  '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration',
  displayName: 'Everybody',
  passwordRequired: true,
  passwordRequiredType: 'alphanumeric',
  passwordMinimumLength: 12,
  passwordMinimumCharacterSetCount: 2,
  passwordBlockSimple: true,
  passwordExpirationDays: 90,
  passwordMinutesOfInactivityBeforeScreenTimeout: 5,
  passwordMinutesOfInactivityBeforeLock: 5,
  passwordPreviousPasswordBlockCount: 5,
  passwordMaximumAttemptCount: 10,
  airDropBlocked: true,
  cameraBlocked: true,
  contentCachingBlocked: true,
  definitionLookupBlocked: true,
  gameCenterBlocked: true,
  iCloudBlockActivityContinuation: true,
  iCloudBlockMail: true,
  iCloudBlockNotes: true,
  multiplayerGamingBlocked: true,
  screenCaptureBlocked: true,
};
export const settingsOfPolicy = Object.keys(policy).length - 2;

/** Where devices call, and the request of each that has nothing to report. */
export interface IdleCalls {
  readonly url: string;
  readonly requests: readonly SentRequest[];
}

/**
 * Lets so many Macs enrol, take a policy and tell their inventory, until nothing is left to do. What each sends then is always the same, so it
 * is signed once, here.
 */
export async function settledDevices(url: string, count: number): Promise<IdleCalls> {
  await uploadPushCertificate(url);
  const configurations = `${url}/beta/deviceManagement/deviceConfigurations`;
  const { id } = await call('POST', configurations, policy);
  await call('POST', `${configurations}/${id}/assign`, {
    assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }],
  });
  const enrollments = `${url}/api/v1/organizations/default/enrollments`;
  const enrollment = await call('POST', enrollments, { platform: 'apple', maxUses: count });

  using transport = httpTransport();
  const newKeyPair = keyPool(8);
  const devices: SimulatedDevice[] = [];
  while (devices.length < count) {
    const device = simulatedDevice({
      hardware: { kind: 'mac' },
      transport: transport.send,
      random: randomBytes,
      clock: () => new Date(),
      newKeyPair,
    });
    await device.enroll(enrollment.url);
    await settle(device);
    devices.push(device);
  }
  await requireDelivered(url);
  return { url: devices[0]!.state.enrollment!.serverUrl, requests: devices.map(idleCall) };
}

async function settle(device: SimulatedDevice): Promise<void> {
  for (let exchange = 0; exchange < mostExchanges; exchange++) {
    if ((await device.checkIn()).length === 0) return;
  }
  throw new Error(`${device.hardware.name} is sent commands again and again`);
}

/** Devices that shall have nothing would be settled, too. */
async function requireDelivered(url: string): Promise<void> {
  const devices = `${url}/api/v1/organizations/default/devices`;
  const { items } = await call('GET', `${devices}?limit=1`);
  const { counts } = await call('GET', `${devices}/${items[0].id}/effective-policy`);
  if (counts.verified === settingsOfPolicy) return;
  throw new Error(`a device does not have the policy: its settings are ${JSON.stringify(counts)}`);
}

function idleCall({ channel, state }: SimulatedDevice): SentRequest {
  const body = writePlist({ ...channel.ids, Status: 'Idle' });
  const how = { digest: 'sha256', isDetached: true } as const;
  const signature = signMessage(state.enrollment!.identity, body, how, new Date());
  return {
    headers: {
      'content-type': 'application/x-apple-aspen-mdm; charset=UTF-8',
      'mdm-signature': signature.toString('base64'),
    },
    body,
  };
}
