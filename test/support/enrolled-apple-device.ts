import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  authenticate,
  checkOut,
  lockChannel,
  updateToken,
  type ChannelIdentity,
  type ChannelKind,
} from '../../src/devices/apple-channels/index.ts';
import { certificateAuthority, issueCertificate } from '../../src/devices/certificate-authority/index.ts';
import { createEnrollment, newEnrollmentCode } from '../../src/devices/enrollments/index.ts';
import { deviceKey, lockDevice, type Device, type ReportedFacts } from '../../src/devices/index.ts';
import { hexOfId, type Id } from '../../src/kernel/id.ts';
import { operatorScope } from '../../src/tenancy/index.ts';
import type { Tenant, TestServer } from './server.ts';

// What the key is does not matter here.
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

interface Enrolment {
  readonly kind?: Extract<ChannelKind, 'device' | 'userEnrollment'>;
  readonly told?: ReportedFacts;
  readonly userId?: Id;
}

interface EnrolledChannel {
  readonly id: Id;
  readonly channel: string;
  readonly identity: ChannelIdentity;
  readonly fingerprint: Buffer;
}

/** A device that has enrolled, as far as the server knows: its certificate was issued here and its tokens are no real ones. */
export async function enrolAppleDevice(
  server: TestServer,
  tenant: Tenant,
  { kind = 'device', told = {}, userId }: Enrolment = {},
): Promise<EnrolledChannel> {
  const scope = operatorScope(tenant.organization, 'test');
  const authority = await certificateAuthority({
    read: { db: server.database, scope },
    change: (work) => server.change(tenant, work),
  });
  const channel = randomBytes(20).toString('hex').toUpperCase();
  const identity: ChannelIdentity = {
    kind,
    id: channel,
    deviceChannel: channel,
    userShortName: null,
    userLongName: null,
  };
  return server.change(tenant, async (context) => {
    const enrollment = await createEnrollment(context, {
      platform: 'apple',
      code: newEnrollmentCode(randomBytes),
      ...(userId !== undefined && { userId }),
    });
    const { certificate } = await issueCertificate(context, authority, publicKey, {
      challengeHash: randomBytes(32),
      enrollmentId: enrollment.id,
    });
    const fingerprint = createHash('sha256').update(certificate.raw).digest();
    const { deviceId: id } = await authenticate(context, identity, fingerprint, told);
    await updateToken(context, identity, fingerprint, {
      topic: 'com.apple.mgmt.External.test',
      pushMagic: 'magic',
      pushToken: randomBytes(32),
      unlockToken: undefined,
      awaitingConfiguration: false,
    });
    return { id, channel, identity, fingerprint };
  });
}

export interface EnrolledAppleDevice {
  /** As it was when it had enrolled. */
  readonly device: Device;
  readonly identity: ChannelIdentity;
  /** The device leaves the management by itself. */
  readonly leave: () => Promise<void>;
}

/** As `enrolAppleDevice`, with the device and a way for it to leave. */
export async function enrolledAppleDevice(
  server: TestServer,
  tenant: Tenant,
  told: ReportedFacts = {},
): Promise<EnrolledAppleDevice> {
  const { id, identity, fingerprint } = await enrolAppleDevice(server, tenant, { told });
  return {
    identity,
    device: await server.change(tenant, (context) => lockDevice(context, 'apple', deviceKey(hexOfId(id)))),
    leave: () =>
      server.change(tenant, async (context) => {
        const channel = await lockChannel(context, identity, fingerprint);
        await checkOut(context, channel!);
      }),
  };
}
