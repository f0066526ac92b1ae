import { certificateHeader } from '../../certificate-header.ts';
import { signContent } from '../../pki/signed-data.ts';
import { enrollmentOf, type Device } from '../state.ts';
import { newNodeStore } from '../tree/store.ts';
import { certificateRequest } from './certificate-request.ts';
import { getPolicies } from './certificate-policy.ts';
import { proofOf, securityOf, type Credential } from './credential.ts';
import { discover } from './discover.ts';
import { readProvisioning, readRenewal } from './provisioning-document.ts';
import { requestSecurityToken } from './security-token.ts';

export interface EnrollOptions {
  /** `Device` as by a join to Entra ID. Default: `Full`, a person enrols. */
  readonly enrollmentType?: 'Full' | 'Device';
}

/**
 * Enrols by a discovery service. Throws `EnrollmentRefused`, `ServerRefusal` and `ProtocolViolation`; then it is not enrolled. A PC has one enrolment:
 * the one that it has must have ended before.
 */
export async function enroll(
  device: Device,
  discoveryUrl: string,
  credential: Credential,
  { enrollmentType = credential.kind === 'entra' ? 'Device' : 'Full' }: EnrollOptions = {},
): Promise<void> {
  const { hardware, setup, state } = device;
  if (state.enrollment) throw new Error(`${hardware.name} is enrolled already (0x8018000a)`);
  const found = await discover(device, discoveryUrl, credential.username);
  const proof = await proofOf(credential, found.authPolicy, found.authenticationServiceUrl);
  const security = securityOf(proof);
  const policy = await getPolicies(setup, found.policyServiceUrl, security);
  const keys = await setup.newKeyPair(policy.keyBits);
  const document = await requestSecurityToken(device, {
    url: found.enrollmentServiceUrl,
    security,
    request: {
      kind: 'Issue',
      pkcs10: certificateRequest(hardware, keys, policy.digest, setup.random),
      enrollmentType,
    },
  });
  const {
    own,
    root: _root,
    intermediate: _intermediate,
    ...provisioned
  } = readProvisioning(document, {
    publicKey: keys.publicKey,
    now: setup.clock(),
  });
  const wanted = enrollmentType === 'Full' ? 'User' : 'System';
  if (provisioned.store !== wanted) {
    throw new Error(
      `the certificate is for My/${provisioned.store}, where a ${enrollmentType} enrolment needs My/${wanted}`,
    );
  }
  state.enrollment = {
    ...provisioned,
    enrollmentServiceUrl: found.enrollmentServiceUrl,
    requestDigest: policy.digest,
  };
  state.identity = { certificate: own, key: keys.privateKey };
  state.nonce = provisioned.nonce;
  state.nodes = newNodeStore();
  state.sessions = 0;
  state.alerts = [];
}

/** Gets another certificate for a new key, as it does some weeks before the one that it has ends. */
export async function renew(device: Device): Promise<void> {
  const { hardware, setup, state } = device;
  const { enrollment, identity } = enrollmentOf(device);
  const keys = await setup.newKeyPair(2_048);
  const pkcs10 = certificateRequest(hardware, keys, enrollment.requestDigest, setup.random);
  const { certificate } = setup;
  const document = await requestSecurityToken(device, {
    url: enrollment.enrollmentServiceUrl,
    ...(certificate.kind === 'tls' && { identity }),
    ...(certificate.kind === 'proxyHeader' && { headers: certificateHeader(certificate, identity) }),
    request: { kind: 'Renew', pkcs7: signContent(identity, pkcs10, { digest: 'sha256', isDetached: false }) },
  });
  const { own } = readRenewal(document, enrollment.providerId, {
    publicKey: keys.publicKey,
    now: setup.clock(),
  });
  state.identity = { certificate: own, key: keys.privateKey };
}
