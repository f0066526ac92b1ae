import { contentOf, writeEnvelope, type Envelope } from './envelope.ts';
import { namespaces } from './namespaces.ts';

/** A PC asks what its certificate shall be like; what it tells with it changes nothing. Faults: `malformedBody`. */
export function readGetPolicies(envelope: Envelope): void {
  contentOf(envelope, 'GetPolicies', namespaces.policy);
}

const nil = (name: string) => `<${name} xsi:nil="true"/>`;

/** 2.16.840.1.101.3.4.2.1: without it, Windows signs its request with SHA-1. */
const sha256 =
  '<oID><value>2.16.840.1.101.3.4.2.1</value><group>1</group><oIDReferenceID>0</oIDReferenceID>' +
  '<defaultName>szOID_NIST_sha256</defaultName></oID>';

/** In seconds: how long a certificate is good, and how long before its end the PC asks for another. */
interface CertificatePeriods {
  readonly validity: number;
  readonly renewal: number;
}

/**
 * What a certificate shall be like. The elements stand in the order that [MS-XCEP] gives them, on which Windows insists.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-xcep/
 */
export function writePoliciesAnswer(
  relatesTo: string | undefined,
  { validity, renewal }: CertificatePeriods,
): string {
  return writeEnvelope('getPolicies', relatesTo, {
    body:
      `<GetPoliciesResponse xmlns="${namespaces.policy}" xmlns:xsi="${namespaces.schemaInstance}">` +
      `<response><policyID></policyID>${nil('policyFriendlyName')}${nil('nextUpdateHours')}` +
      `${nil('policiesNotChanged')}<policies><policy><policyOIDReference>0</policyOIDReference>` +
      `${nil('cAs')}<attributes><commonName>Muster</commonName><policySchema>3</policySchema>` +
      `<certificateValidity><validityPeriodSeconds>${validity}</validityPeriodSeconds>` +
      `<renewalPeriodSeconds>${renewal}</renewalPeriodSeconds></certificateValidity>` +
      '<permission><enroll>true</enroll><autoEnroll>false</autoEnroll></permission>' +
      `<privateKeyAttributes><minimalKeyLength>2048</minimalKeyLength>${nil('keySpec')}` +
      `${nil('keyUsageProperty')}${nil('permissions')}${nil('algorithmOIDReference')}<cryptoProviders>` +
      '<provider>Microsoft Platform Crypto Provider</provider>' +
      '<provider>Microsoft Software Key Storage Provider</provider>' +
      '</cryptoProviders></privateKeyAttributes>' +
      '<revision><majorRevision>101</majorRevision><minorRevision>0</minorRevision></revision>' +
      `${nil('supersededPolicies')}${nil('privateKeyFlags')}${nil('subjectNameFlags')}` +
      `${nil('enrollmentFlags')}${nil('generalFlags')}` +
      `<hashAlgorithmOIDReference>0</hashAlgorithmOIDReference>${nil('rARequirements')}` +
      `${nil('keyArchivalAttributes')}${nil('extensions')}` +
      `</attributes></policy></policies></response>${nil('cAs')}<oIDs>${sha256}</oIDs>` +
      '</GetPoliciesResponse>',
  });
}
