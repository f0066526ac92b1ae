import { escapeXml } from '../../../../kernel/xml/escape-xml.ts';
import { childOf, childrenOf, textOfChild } from '../../../../kernel/xml/xml-tree.ts';
import { contentOf, writeEnvelope, type Envelope } from './envelope.ts';
import { namespaces } from './namespaces.ts';

const authPolicies = ['OnPremise', 'Federated'] as const;
/** How a user is asked for what entitles the PC. Windows has a third way, by a certificate that it has already, which is not served. */
type AuthPolicy = (typeof authPolicies)[number];

/** A PC asks how it can enrol. */
export interface Discover {
  /** Undefined when the PC does not tell it. Every version is served: new ones change nothing of what is used here. */
  readonly requestVersion: number | undefined;
  /** Those of the ways that the PC offers which are served; all when it offers none. */
  readonly offered: readonly AuthPolicy[];
}

/** Faults: `malformedBody`. */
export function readDiscover(envelope: Envelope): Discover {
  const request = childOf(contentOf(envelope, 'Discover', namespaces.discovery), 'request');
  const list = request && childOf(request, 'AuthPolicies');
  const named = new Set((list ? childrenOf(list, 'AuthPolicy') : []).map(({ text }) => text.trim()));
  const version = Number(request && textOfChild(request, 'RequestVersion'));
  return {
    requestVersion: Number.isFinite(version) ? version : undefined,
    offered: named.size === 0 ? authPolicies : authPolicies.filter((policy) => named.has(policy)),
  };
}

/** Where a PC goes on. */
interface DiscoverAnswer {
  readonly authPolicy: AuthPolicy;
  readonly policyUrl: string;
  readonly enrollmentUrl: string;
  /** Where the user signs in: for `Federated` alone. */
  readonly authenticationUrl: string | undefined;
}

/** The version of the protocol that is spoken: the highest of which the server knows all that it asks of a PC. */
const enrollmentVersion = 3;

export function writeDiscoverAnswer(
  { requestVersion = enrollmentVersion }: Discover,
  relatesTo: string | undefined,
  { authPolicy, policyUrl, enrollmentUrl, authenticationUrl }: DiscoverAnswer,
): string {
  // Clients of before do not know the element.
  const version =
    requestVersion < enrollmentVersion
      ? ''
      : `<EnrollmentVersion>${enrollmentVersion.toFixed(1)}</EnrollmentVersion>`;
  const authentication =
    authenticationUrl === undefined
      ? ''
      : `<AuthenticationServiceUrl>${escapeXml(authenticationUrl)}</AuthenticationServiceUrl>`;
  return writeEnvelope('discover', relatesTo, {
    body:
      `<DiscoverResponse xmlns="${namespaces.discovery}"><DiscoverResult>` +
      `<AuthPolicy>${authPolicy}</AuthPolicy>${version}` +
      `<EnrollmentPolicyServiceUrl>${escapeXml(policyUrl)}</EnrollmentPolicyServiceUrl>` +
      `<EnrollmentServiceUrl>${escapeXml(enrollmentUrl)}</EnrollmentServiceUrl>${authentication}` +
      '</DiscoverResult></DiscoverResponse>',
  });
}
