import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { certificateAuthority } from '../../src/devices/certificate-authority/index.ts';
import { endAccount, enrollPc, saveAccount } from '../../src/devices/dm-accounts/index.ts';
import { createEnrollment, newEnrollmentCode } from '../../src/devices/enrollments/index.ts';
import { deviceKey, lockDevice, type Device, type ReportedFacts } from '../../src/devices/index.ts';
import { hexOfId, type Id } from '../../src/kernel/id.ts';
import { Secret } from '../../src/kernel/secret.ts';
import { operatorScope } from '../../src/tenancy/index.ts';
import type { Tenant, TestServer } from './server.ts';

// What the key is does not matter here.
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

export interface EnrolledWindowsDevice {
  /** As it was when it had enrolled. */
  readonly device: Device;
  readonly read: () => Promise<Device>;
  /** The PC leaves the management by itself. */
  readonly leave: () => Promise<void>;
}

/** A PC that has enrolled and called once, as far as the server knows. */
export async function enrolledWindowsDevice(
  server: TestServer,
  tenant: Tenant,
  told: ReportedFacts = {},
): Promise<EnrolledWindowsDevice> {
  const scope = operatorScope(tenant.organization, 'test');
  const authority = await certificateAuthority({
    read: { db: server.database, scope },
    change: (work) => server.change(tenant, work),
  });
  const id: Id = await server.change(tenant, async (context) => {
    const enrollment = await createEnrollment(context, {
      platform: 'windows',
      code: newEnrollmentCode(randomBytes),
    });
    const { deviceId } = await enrollPc(context, authority, {
      dmDeviceId: randomBytes(16).toString('hex').toUpperCase(),
      kind: 'user',
      enrollmentId: enrollment.id,
      userPrincipalName: null,
      hardwareId: null,
      publicKey,
      told: { os: 'Windows', ...told },
      secret: new Secret(randomBytes(16).toString('base64')),
      nonce: randomBytes(16),
    });
    await saveAccount(context, deviceId, {});
    return deviceId;
  });
  const read = () =>
    server.change(tenant, (context) => lockDevice(context, 'windows', deviceKey(hexOfId(id))));
  return {
    device: await read(),
    read,
    leave: () => server.change(tenant, (context) => endAccount(context, id)),
  };
}
