import { ns } from '../namespaces.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import type { DeviceSetup } from '../state.ts';
import { childrenNamed, optionalText, requiredChild, requiredText, requireOrder } from '../xml/elements.ts';
import type { XmlElement } from '../xml/read-xml.ts';
import { tag } from '../xml/write-xml.ts';
import { soap } from './soap.ts';

/** What the request for a certificate must be like. */
export interface CertificatePolicy {
  readonly keyBits: number;
  readonly digest: 'sha1' | 'sha256';
}

const sha256 = '2.16.840.1.101.3.4.2.1';
const responseOrder = ['policyID', 'policyFriendlyName', 'nextUpdateHours', 'policiesNotChanged', 'policies'];
const attributesOrder = [
  'commonName',
  'policySchema',
  'certificateValidity',
  'permission',
  'privateKeyAttributes',
  'revision',
  'supersededPolicies',
  'privateKeyFlags',
  'subjectNameFlags',
  'enrollmentFlags',
  'generalFlags',
  'hashAlgorithmOIDReference',
  'rARequirements',
  'keyArchivalAttributes',
  'extensions',
];
const keyOrder = [
  'minimalKeyLength',
  'keySpec',
  'keyUsageProperty',
  'permissions',
  'algorithmOIDReference',
  'cryptoProviders',
];

/** Asks for the enrolment policy ([MS-XCEP], 3.1.4.1.1). */
export async function getPolicies(
  setup: DeviceSetup,
  url: string,
  security: string,
): Promise<CertificatePolicy> {
  const action = `${ns.policy}/IPolicy/GetPolicies`;
  const nil = (name: string) => tag(`${name} i:nil="true"`);
  const response = await soap(setup, {
    what: 'GetPolicies',
    url,
    action,
    responseAction: `${action}Response`,
    security,
    body: tag(
      `GetPolicies xmlns="${ns.policy}" xmlns:i="${ns.instance}"`,
      tag('client', nil('lastUpdate'), nil('preferredLanguage')),
      nil('requestFilter'),
    ),
  });
  if (response.name !== 'GetPoliciesResponse') {
    throw new ProtocolViolation('GetPolicies', `the body holds ${response.name}`);
  }
  requireOrder(response, ns.policy, ['response', 'cAs', 'oIDs']);
  const content = requiredChild(response, ns.policy, 'response');
  requireOrder(content, ns.policy, responseOrder);
  const [policy] = childrenNamed(requiredChild(content, ns.policy, 'policies'), ns.policy, 'policy');
  if (!policy) throw new ProtocolViolation('GetPolicies', 'there is no policy');
  requireOrder(policy, ns.policy, ['policyOIDReference', 'cAs', 'attributes']);
  const attributes = requiredChild(policy, ns.policy, 'attributes');
  requireOrder(attributes, ns.policy, attributesOrder);
  return { keyBits: keyBitsOf(attributes), digest: digestOf(attributes, response) };
}

function keyBitsOf(attributes: XmlElement): number {
  const key = requiredChild(attributes, ns.policy, 'privateKeyAttributes');
  requireOrder(key, ns.policy, keyOrder);
  const bits = requiredText(key, ns.policy, 'minimalKeyLength');
  if (!/^\d+$/.test(bits))
    throw new ProtocolViolation('privateKeyAttributes', `minimalKeyLength is '${bits}'`);
  return Math.max(Number(bits), 2_048);
}

/** Windows takes SHA-1 unless a hash algorithm is named. */
function digestOf(attributes: XmlElement, response: XmlElement): CertificatePolicy['digest'] {
  const reference = optionalText(attributes, ns.policy, 'hashAlgorithmOIDReference');
  if (reference === undefined || reference === '') return 'sha1';
  const oids = childrenNamed(requiredChild(response, ns.policy, 'oIDs'), ns.policy, 'oID');
  for (const oid of oids) requireOrder(oid, ns.policy, ['value', 'group', 'oIDReferenceID', 'defaultName']);
  const named = oids.find((oid) => requiredText(oid, ns.policy, 'oIDReferenceID') === reference);
  if (!named) throw new ProtocolViolation('GetPolicies', `no oID has the reference ${reference}`);
  return requiredText(named, ns.policy, 'value') === sha256 ? 'sha256' : 'sha1';
}
