import { ServerRefusal } from '../../server-refusal.ts';
import { requireWhole } from '../framing.ts';
import { ns } from '../namespaces.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import type { Device } from '../state.ts';
import { optionalText, requiredChild, requiredText, requireOrder } from '../xml/elements.ts';
import type { XmlElement } from '../xml/read-xml.ts';
import { leaf, tag } from '../xml/write-xml.ts';
import { authPolicies, type AuthPolicy } from './credential.ts';
import { soap, userAgent } from './soap.ts';

/** Where a PC enrols. */
export interface Discovered {
  readonly authPolicy: AuthPolicy;
  readonly policyServiceUrl: string;
  readonly enrollmentServiceUrl: string;
  readonly authenticationServiceUrl: string | undefined;
}

/** The version of the enrolment protocol that each form asks for. */
export const requestVersions = { windows10: '5.0', windows11: '9.0' } as const;

/** Asks the discovery service, first whether it is there, then where to enrol. */
export async function discover(device: Device, url: string, username: string): Promise<Discovered> {
  await probe(device, url);
  const { hardware, setup } = device;
  const action = `${ns.discovery}/IDiscoveryService/Discover`;
  const response = await soap(setup, {
    what: 'Discover',
    url,
    action,
    responseAction: `${action}Response`,
    body: tag(
      `Discover xmlns="${ns.discovery}"`,
      tag(
        `request xmlns:i="${ns.instance}"`,
        leaf('EmailAddress', username),
        leaf('RequestVersion', requestVersions[hardware.form]),
        leaf('DeviceType', 'CIMClient_Windows'),
        leaf('ApplicationVersion', hardware.osVersion),
        leaf('OSEdition', String(hardware.edition)),
        tag('AuthPolicies', ...authPolicies.map((policy) => leaf('AuthPolicy', policy))),
      ),
    ),
  });
  if (response.name !== 'DiscoverResponse') {
    throw new ProtocolViolation('Discover', `the body holds ${response.name}`);
  }
  return readDiscovered(requiredChild(response, ns.discovery, 'DiscoverResult'));
}

async function probe({ setup }: Device, url: string): Promise<void> {
  const answer = await setup.transport({
    method: 'GET',
    url,
    headers: { 'user-agent': userAgent, 'cache-control': 'no-cache' },
  });
  if (answer.status !== 200) throw new ServerRefusal(`GET ${url}`, answer.status, answer.body);
  requireWhole(answer, 'the probe');
  if (answer.body.length > 0) throw new ProtocolViolation('the probe', 'the answer has a body');
}

function readDiscovered(result: XmlElement): Discovered {
  requireOrder(result, ns.discovery, [
    'AuthPolicy',
    'EnrollmentVersion',
    'EnrollmentPolicyServiceUrl',
    'EnrollmentServiceUrl',
    'AuthenticationServiceUrl',
  ]);
  const offered = requiredText(result, ns.discovery, 'AuthPolicy');
  const authPolicy = authPolicies.find((policy) => policy === offered);
  if (!authPolicy) throw new ProtocolViolation('DiscoverResult', `the device offered no '${offered}'`);
  const version = optionalText(result, ns.discovery, 'EnrollmentVersion');
  if (version !== undefined && !/^\d+\.\d+$/.test(version)) {
    throw new ProtocolViolation('DiscoverResult', `the EnrollmentVersion is '${version}'`);
  }
  const policyServiceUrl = urlIn(result, 'EnrollmentPolicyServiceUrl');
  const enrollmentServiceUrl = urlIn(result, 'EnrollmentServiceUrl');
  if (new URL(policyServiceUrl).host !== new URL(enrollmentServiceUrl).host) {
    throw new ProtocolViolation('DiscoverResult', 'the policy and the enrolment service are on two hosts');
  }
  const isFederated = authPolicy === 'Federated';
  const authenticationServiceUrl = isFederated ? urlIn(result, 'AuthenticationServiceUrl') : undefined;
  return { authPolicy, policyServiceUrl, enrollmentServiceUrl, authenticationServiceUrl };
}

function urlIn(result: XmlElement, name: string): string {
  const url = requiredText(result, ns.discovery, name);
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new ProtocolViolation('DiscoverResult', `${name} is '${url}', and no URL`);
  }
  return url;
}
