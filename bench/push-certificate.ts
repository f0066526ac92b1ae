import { makeApplePushCa } from '../test/support/apple-push-ca.ts';
import { call } from './muster.ts';

const day = 24 * 3_600_000;

/** Uploads a push certificate for a year, without which no Apple device enrols; answers what was sent. */
export async function uploadPushCertificate(url: string): Promise<object> {
  const certificateUrl = `${url}/v1.0/deviceManagement/applePushNotificationCertificate`;
  const request = await call(
    'GET',
    `${certificateUrl}/downloadApplePushNotificationCertificateSigningRequest`,
  );
  const certificate = makeApplePushCa().issue(request.value, {
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + 365 * day),
  });
  const push = { appleIdentifier: 'admin@example.com', certificate };
  await call('PATCH', certificateUrl, push);
  return push;
}
