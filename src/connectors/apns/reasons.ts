/** What a reason that APNs gives means to whoever wants to wake a device. */
export interface Meaning {
  readonly kind: 'unregistered' | 'wrongToken' | 'refused' | 'later';
  readonly message: string;
}

const portal = 'https://identity.apple.com/pushcert';

const inactive: Meaning = {
  kind: 'unregistered',
  message:
    'The device does not take wake-ups under this token any more: it was erased, or management was removed. It can be woken again after it has sent a new token (TokenUpdate).',
};
const unknownToken: Meaning = {
  kind: 'wrongToken',
  message:
    'APNs does not know this device token. The device can be woken after it has sent a new one (TokenUpdate).',
};
const otherTopic: Meaning = {
  kind: 'wrongToken',
  message:
    'The device enrolled with the topic of another push certificate than the one in use. Upload a certificate that has its topic, or enrol the device again.',
};
const topicNotAllowed: Meaning = {
  kind: 'refused',
  message: `APNs does not let the push certificate use its topic. Get a certificate for Muster's signing request at ${portal} and upload that.`,
};
const badCertificate: Meaning = {
  kind: 'refused',
  message: `APNs refused the push certificate: it has expired, was revoked, or is not one for MDM. Renew it at ${portal} with the same Apple Account and upload the new one.`,
};
const otherEnvironment: Meaning = {
  kind: 'refused',
  message:
    'The push certificate is for another environment of APNs. Certificates for MDM are for production: MUSTER_APNS_URL should be https://api.push.apple.com.',
};
const forbidden: Meaning = {
  kind: 'refused',
  message: `APNs does not allow what the push certificate was used for. Look at ${portal} whether it is in order; if not, renew it with the same Apple Account and upload the new one.`,
};
const noCertificateSeen: Meaning = {
  kind: 'refused',
  message:
    'APNs did not see the push certificate and asked for a provider token, which MDM cannot use. A proxy that opens TLS on the way to APNs takes the certificate away: it must let this connection through as it is.',
};
const tooLarge: Meaning = {
  kind: 'refused',
  message:
    'The wake-up is larger than the 4096 bytes that APNs takes, because the push magic of the device is too long. The device has to enrol again.',
};
const notApns: Meaning = {
  kind: 'refused',
  message:
    'What answered does not behave as APNs. MUSTER_APNS_URL should be https://api.push.apple.com, and no proxy on the way may answer in its place.',
};
const ownMistake: Meaning = {
  kind: 'refused',
  message: 'APNs found a mistake in the request itself. That is a bug in Muster: please report it.',
};
const tooMany: Meaning = {
  kind: 'later',
  message: 'APNs got too many wake-ups for this device. It is worth another try later.',
};
const overloaded: Meaning = {
  kind: 'later',
  message: 'APNs could not take the wake-up at the moment. It is worth another try later.',
};

/** https://developer.apple.com/documentation/usernotifications/handling-notification-responses-from-apns */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  ['Unregistered', inactive],
  ['ExpiredToken', inactive],
  ['BadDeviceToken', unknownToken],
  ['DeviceTokenNotForTopic', otherTopic],
  ['BadTopic', topicNotAllowed],
  ['MissingTopic', topicNotAllowed],
  ['TopicDisallowed', topicNotAllowed],
  ['BadCertificate', badCertificate],
  ['BadCertificateEnvironment', otherEnvironment],
  ['Forbidden', forbidden],
  ['MissingProviderToken', noCertificateSeen],
  ['InvalidProviderToken', noCertificateSeen],
  ['ExpiredProviderToken', noCertificateSeen],
  ['UnrelatedKeyIdInToken', noCertificateSeen],
  ['BadEnvironmentKeyIdInToken', noCertificateSeen],
  ['PayloadTooLarge', tooLarge],
  ['BadPath', notApns],
  ['MethodNotAllowed', notApns],
  ['BadCollapseId', ownMistake],
  ['BadExpirationDate', ownMistake],
  ['BadMessageId', ownMistake],
  ['BadPriority', ownMistake],
  ['DuplicateHeaders', ownMistake],
  ['InvalidPushType', ownMistake],
  ['MissingDeviceToken', ownMistake],
  ['PayloadEmpty', ownMistake],
  ['TooManyRequests', tooMany],
  ['TooManyProviderTokenUpdates', overloaded],
  ['IdleTimeout', overloaded],
  ['InternalServerError', overloaded],
  ['ServiceUnavailable', overloaded],
  ['Shutdown', overloaded],
]);

/** What `reason` means; where Apple's list does not have it, what the status does. */
export function meaningOf(reason: string, status: number): Meaning {
  const meaning = meanings.get(reason);
  if (meaning) return meaning;
  if (status === 400) return ownMistake;
  if (status === 403) return forbidden;
  if (status === 410) return inactive;
  if (status === 413) return tooLarge;
  return status === 429 || status >= 500 ? overloaded : notApns;
}

const aboutConnections: ReadonlySet<Meaning | undefined> = new Set([
  topicNotAllowed,
  badCertificate,
  otherEnvironment,
  forbidden,
  noCertificateSeen,
]);

/** Why the whole connection is refused, if that is what `reason` says. */
export function refusalOfConnection(reason: string): Meaning | undefined {
  const meaning = meanings.get(reason);
  return aboutConnections.has(meaning) ? meaning : undefined;
}
