import { parsePlist } from '../../src/kernel/plist/parse-plist.ts';
import type { PlistDict } from '../../src/kernel/plist/plist-value.ts';
import { makeApplePushCa } from './apple-push-ca.ts';
import type { Tenant, TestServer } from './server.ts';

const day = 24 * 3_600_000;

/** Uploads a push certificate for an organization, good for 300 days. */
export async function uploadPushCertificate(
  server: Pick<TestServer, 'send' | 'now'>,
  { token }: Pick<Tenant, 'token'>,
  topic?: string,
  authority = makeApplePushCa(),
): Promise<void> {
  const url = '/v1.0/deviceManagement/applePushNotificationCertificate';
  const request = await server.send({
    url: `${url}/downloadApplePushNotificationCertificateSigningRequest`,
    token,
  });
  const certificate = authority.issue(request.json.value, {
    ...(topic !== undefined && { topic }),
    notBefore: new Date(server.now().getTime() - day),
    notAfter: new Date(server.now().getTime() + 300 * day),
  });
  const body = { appleIdentifier: 'apple@example.com', certificate };
  const answer = await server.send({ method: 'PATCH', url, body, token });
  if (answer.status !== 200) throw new Error(`the push certificate was refused: ${answer.text}`);
}

/** What an enrolment profile tells the device. */
export interface ReadProfile {
  readonly profile: PlistDict;
  readonly payloads: readonly PlistDict[];
  /** The content of the SCEP payload. */
  readonly scep: { readonly URL: string; readonly Challenge: string };
}

export function readProfile(bytes: Buffer): ReadProfile {
  const profile = parsePlist(bytes) as PlistDict;
  const payloads = profile['PayloadContent'] as readonly PlistDict[];
  return { profile, payloads, scep: payloads[0]!['PayloadContent'] as unknown as ReadProfile['scep'] };
}
