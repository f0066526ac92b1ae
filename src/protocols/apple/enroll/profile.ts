import type { X509Certificate } from 'node:crypto';
import { hexOfId } from '../../../kernel/id.ts';
import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import type { Secret } from '../../../kernel/secret.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { contentUuid } from '../content-address.ts';
import { ownIdentifier } from '../own-identifier.ts';

export interface EnrollmentProfile {
  readonly organization: Organization;
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
  /** Of the organization's push certificate. */
  readonly topic: string;
  readonly challenge: Secret;
  /** The authority of the server's TLS certificate, where devices do not trust it already. */
  readonly tlsAuthority: X509Certificate | undefined;
}

/** Every right that there is: what the server does not use today needs no new enrolment tomorrow, because rights cannot be added. */
const allRights = 8_191;
const keyEncipherment = 4;
const digitalSignature = 1;

/**
 * The profile with which an Apple device enrols: how it gets its certificate, and whom it then obeys. Identifiers and addresses are the same in
 * each profile of an organization, because a device takes one with others for another management.
 *
 * https://developer.apple.com/documentation/devicemanagement/mdm
 * https://developer.apple.com/documentation/devicemanagement/scep
 */
export function enrollmentProfile(profile: EnrollmentProfile): PlistDict {
  const { organization, publicUrl, topic, challenge, tlsAuthority } = profile;
  const hex = hexOfId(organization.id);
  const identifier = enrollmentIdentifier(organization);
  const payload = (type: string, name: string, content: PlistDict): PlistDict => ({
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: `${identifier}.${type}`,
    PayloadUUID: contentUuid(`${identifier}.${type}`),
    PayloadDisplayName: name,
    PayloadOrganization: organization.name,
    ...content,
  });
  const identity = payload('com.apple.security.scep', 'Device identity', {
    PayloadContent: {
      // No query: the device appends its own.
      URL: `${publicUrl}/scep/${hex}`,
      Name: organization.slug,
      Subject: [[['O', organization.name]], [['CN', 'Muster enrolment']]],
      Challenge: challenge.reveal(),
      Keysize: 2_048,
      'Key Type': 'RSA',
      'Key Usage': digitalSignature | keyEncipherment,
      KeyIsExtractable: false,
    },
  });
  const management = payload('com.apple.mdm', 'Device management', {
    IdentityCertificateUUID: identity['PayloadUUID']!,
    Topic: topic,
    ServerURL: `${publicUrl}/mdm/apple/connect/${hex}`,
    CheckInURL: `${publicUrl}/mdm/apple/checkin/${hex}`,
    SignMessage: true,
    AccessRights: allRights,
    CheckOutWhenRemoved: true,
    ServerCapabilities: ['com.apple.mdm.per-user-connections', 'com.apple.mdm.bootstraptoken'],
  });
  const trusted =
    tlsAuthority &&
    payload('com.apple.security.root', "The server's certificate authority", {
      PayloadContent: tlsAuthority.raw,
    });
  return {
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: identifier,
    PayloadUUID: contentUuid(identifier),
    PayloadDisplayName: `Device management of ${organization.name}`,
    PayloadDescription: `Lets ${organization.name} manage this device.`,
    PayloadOrganization: organization.name,
    PayloadScope: 'System',
    // Some clients look for the identity at the first place and for the management at the second.
    PayloadContent: [identity, management, ...(trusted ? [trusted] : [])],
  };
}

/** By which devices know the profile of their enrolment. */
export function enrollmentIdentifier({ id }: Pick<Organization, 'id'>): string {
  return ownIdentifier(hexOfId(id), 'enrollment');
}
