import { authorityBelowRoot, type AuthorityBelowRoot } from '../../../devices/certificate-authority/index.ts';
import { enrollPc, type EnrolledPc, type EnrollingPc } from '../../../devices/dm-accounts/index.ts';
import { requireOpenOrSpent } from '../../../devices/enrollments/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { Secret } from '../../../kernel/secret.ts';
import { applyTemplate, assignByEnrollment, forgetInstallation } from '../../../policies/index.ts';
import { change, deviceScope, type Organization } from '../../../tenancy/index.ts';
import type { WindowsSettings } from '../options.ts';
import { namedCertificate, publicKeyIn, storeOf } from './certificates.ts';
import type { Entitlement } from './entitlement.ts';
import { readPcFacts } from './pc-facts.ts';
import { provisioningDocument } from './wire/provisioning-document.ts';
import type { SecurityTokenRequest } from './wire/security-token.ts';

/**
 * Enrols a PC, or enrols it again, and answers the document with which it is managed from now on.
 * Faults: `invalidInput`, `forbidden` (see `enrollPc`), `unavailable`.
 */
export async function issueFor(
  { services, publicUrl }: WindowsSettings,
  { organization, enrollment, userPrincipalName, provenEmail }: Entitlement,
  { request, items }: SecurityTokenRequest,
  requestId: string,
): Promise<string> {
  const facts = readPcFacts(items);
  const publicKey = publicKeyIn(request);
  // Making an authority takes long: nobody has one made who may not enrol.
  const now = services.clock();
  requireOpenOrSpent(enrollment, now);
  const scope = deviceScope(organization, requestId);
  const chain = await authorityBelowRoot({
    read: { db: services.database, scope },
    change: (work) => change(services, scope, work),
  });
  const pc: EnrollingPc = {
    ...facts,
    enrollmentId: enrollment.id,
    userPrincipalName,
    publicKey,
    secret: new Secret(services.randomBytes(16).toString('base64url')),
    nonce: services.randomBytes(16),
  };
  const enrolled = await change(services, scope, async (context) => {
    const result = await enrollPc(context, chain.authority, pc);
    if (result.isNew) {
      await forgetInstallation(context, result.deviceId);
      await assignByEnrollment(context, enrollment.id, result.deviceId);
      await applyTemplate(context, { enrollmentId: enrollment.id, deviceId: result.deviceId, provenEmail });
    }
    return result;
  });
  return documentFor({ organization, publicUrl, chain, pc, enrolled, randomBytes: services.randomBytes });
}

function documentFor({
  organization,
  publicUrl,
  chain,
  pc,
  enrolled,
  randomBytes,
}: {
  readonly organization: Organization;
  readonly publicUrl: string;
  readonly chain: AuthorityBelowRoot;
  readonly pc: EnrollingPc;
  readonly enrolled: EnrolledPc;
  readonly randomBytes: (length: number) => Buffer;
}): string {
  return provisioningDocument({
    root: namedCertificate(chain.root),
    intermediate: namedCertificate(chain.intermediate),
    certificate: namedCertificate(enrolled.certificate.certificate),
    certificateName: enrolled.certificate.commonName,
    store: storeOf(pc),
    serverName: `Device management of ${organization.name}`,
    sessionUrl: `${publicUrl}/ManagementServer/${hexOfId(organization.id)}/MDM.svc`,
    client: {
      name: enrolled.name,
      secret: pc.secret.reveal(),
      nonce: pc.nonce.toString('base64'),
    },
    // Nobody keeps it: TLS shows a PC whom it talks to. Without it Windows refuses the document.
    server: { secret: randomBytes(16).toString('base64url'), nonce: randomBytes(16).toString('base64') },
    managementId: hexOfId(enrolled.deviceId),
    userPrincipalName: pc.userPrincipalName,
  });
}
