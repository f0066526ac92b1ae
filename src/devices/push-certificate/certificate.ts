import { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate } from '@peculiar/asn1-x509';
import { invalidInput } from '../../kernel/fault.ts';
import { decodePemBody, pemBlocks, type PemBlock } from './pem.ts';
import { publicKeyFingerprint } from './public-key-fingerprint.ts';

/** An MDM push certificate: it lets the server wake the devices that enrolled with its topic. */
export interface PushCertificate {
  /** The one certificate, 64 characters a line, with a final newline. */
  readonly pem: string;
  /** `com.apple.mgmt.…`, the UID of the subject. */
  readonly topic: string;
  /** Upper-case hex. */
  readonly serialNumber: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly publicKeyFingerprint: string;
  /** For people: `C=US, O=Apple Inc., …`. */
  readonly issuer: string;
  readonly subjectCommonName: string | undefined;
}

const sizeLimit = 64 * 1024;
const topicShape = /^com\.apple\.mgmt\.[A-Za-z0-9._-]{1,200}$/;
/** X.509's times are not meant for earlier ones (RFC 5280, 4.1.2.5), and not every database can store the year 0. */
const earliestDate = new Date('1950-01-01T00:00:00Z');
const uidOid = '0.9.2342.19200300.100.1.1';
const commonNameOid = '2.5.4.3';
const portal = 'https://identity.apple.com/pushcert';

/**
 * Reads the PEM file that Apple's push certificates portal gives out. Certificates beside the push certificate (its chain)
 * are dropped. Who signed it is not checked: only Apple can use it, and Apple refuses what it did not issue.
 *
 * Throws `invalidInput` at `certificate` with what was sent instead. Never repeats what stands inside a PEM block, which may
 * be a private key.
 */
export function readPushCertificate(pem: string): PushCertificate {
  if (Buffer.byteLength(pem) > sizeLimit) {
    refuse('The text is longer than 64 KB. A push certificate is a PEM file of 2 to 3 KB.');
  }
  if (pem.trim() === '') refuse(`The certificate is empty. Send the PEM file from ${portal}.`);
  if (pem.includes('\0')) {
    refuse(
      'The text holds a NUL character, so it is a binary file or UTF-16 text. Send the certificate as PEM text; `openssl x509 -inform der -in MDM.cer` makes PEM of a binary certificate.',
    );
  }
  const blocks = pemBlocks(pem);
  if (blocks.length === 0) {
    refuse(
      `This is not PEM. Send the whole file from ${portal}, from "-----BEGIN CERTIFICATE-----" to "-----END CERTIFICATE-----".`,
    );
  }
  const foreign = blocks.find((block) => !certificateLabels.has(block.label));
  if (foreign) refuse(explainLabel(foreign.label));
  const certificate = choosePushCertificate(blocks.map(decodeCertificate));
  return { ...certificate.facts, topic: topicOf(certificate) };
}

/**
 * Decides whether a certificate can be put to use now. `acceptedFingerprints` are those of the keys that the server holds:
 * one for each signing request that it made and did not throw away.
 *
 * Returns the fingerprint of its key, and a warning for the administrator where the topic is not the one in use: that is
 * accepted, as the only way out when the Apple Account is lost. Throws `invalidInput` at `certificate`, with one violation
 * for each reason.
 */
export function checkPushCertificate(
  certificate: PushCertificate,
  context: {
    readonly now: Date;
    readonly acceptedFingerprints: readonly { readonly fingerprint: string }[];
    readonly currentTopic?: string | undefined;
  },
): { readonly matchedFingerprint: string; readonly warning?: string } {
  const { publicKeyFingerprint: fingerprint, topic, notBefore, notAfter } = certificate;
  const { now, acceptedFingerprints, currentTopic } = context;
  const reasons: string[] = [];
  if (now < notBefore) {
    reasons.push(
      `The certificate is not valid before ${notBefore.toISOString()}, and it is ${now.toISOString()} now. Check the server's clock.`,
    );
  }
  if (now > notAfter) {
    reasons.push(
      `The certificate expired at ${notAfter.toISOString()}. Renew it at ${portal} with the same Apple Account and send the new one.`,
    );
  }
  if (acceptedFingerprints.length === 0) {
    reasons.push(
      'This server has not made a signing request yet. Download one, have Apple make a certificate for it, and send that.',
    );
  } else if (!acceptedFingerprints.some((accepted) => accepted.fingerprint === fingerprint)) {
    reasons.push(
      `The certificate was made for another signing request: its public key (SHA-256 ${fingerprint}) belongs to none that this server made. Download the signing request of this organization and have Apple make a certificate for it.`,
    );
  }
  if (reasons.length > 0) throw invalidInput(reasons.map((message) => ({ path: 'certificate', message })));
  if (currentTopic === undefined || currentTopic === topic) return { matchedFingerprint: fingerprint };
  return {
    matchedFingerprint: fingerprint,
    warning: `The topic changes from ${currentTopic} to ${topic}: EVERY ENROLLED APPLE DEVICE HAS TO ENROL AGAIN, because a device keeps the topic it enrolled with and cannot be woken with another. If that is not wanted, renew the certificate of ${currentTopic} at ${portal} with the Apple Account that made it, and upload that one.`,
  };
}

function refuse(message: string): never {
  throw invalidInput([{ path: 'certificate', message }]);
}

/** The second is what old versions of OpenSSL wrote; RFC 7468 asks readers to know it. */
const certificateLabels: ReadonlySet<string> = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);

function explainLabel(label: string): string {
  if (label.endsWith('CERTIFICATE REQUEST')) {
    return `This is a certificate signing request, not a certificate. Have an MDM vendor sign it, upload that at ${portal}, and send the certificate that Apple makes of it.`;
  }
  if (label.endsWith('PRIVATE KEY')) {
    return 'The text holds a private key. Send the certificate alone: this server made its own key, which never leaves it. A private key that was pasted somewhere should be replaced.';
  }
  if (/^(PKCS ?#?7\b|CMS$)/.test(label)) {
    return 'This is PKCS#7, not a certificate. `openssl pkcs7 -print_certs -in FILE` takes the certificates out of it.';
  }
  return `This is a PEM block of the kind "${printable(label)}". A push certificate is one of the kind "CERTIFICATE".`;
}

interface DecodedCertificate {
  readonly facts: Omit<PushCertificate, 'topic'>;
  /** The values of every UID attribute in the subject. */
  readonly uids: readonly string[];
}

function decodeCertificate(block: PemBlock): DecodedCertificate {
  if (!block.complete) {
    refuse(`The certificate is cut off: the line "-----END ${block.label}-----" is missing.`);
  }
  if (block.body.includes('Proc-Type:')) {
    refuse(`The certificate is encrypted. Send it as it came from ${portal}.`);
  }
  const der = decodePemBody(block.body);
  if (der === undefined) {
    refuse(
      'The text between the BEGIN and END lines is not base64: it is damaged or cut off. Copy the file again.',
    );
  }
  const certificate = decodeDer(der);
  if (certificate === undefined) {
    refuse(
      'The content of the PEM block is not an X.509 certificate, or it is damaged. Copy the file again.',
    );
  }
  if (!certificate.raw.equals(der)) {
    refuse(
      'The content of the PEM block is more than a certificate: other bytes follow it. Copy the file again.',
    );
  }
  const { serialNumber, notBefore, notAfter } = certificate.facts;
  if (!(notBefore >= earliestDate && notAfter >= notBefore)) {
    refuse('The dates of the certificate make no sense. Copy the file again.');
  }
  if (serialNumber.startsWith('-'))
    refuse('The serial number of the certificate is negative. Copy the file again.');
  return certificate;
}

/** Undefined for bytes that cannot be read as a certificate or as one of its parts. */
function decodeDer(der: Buffer): (DecodedCertificate & { readonly raw: Buffer }) | undefined {
  try {
    const certificate = new X509Certificate(der);
    // Node's own views of the subject will not do: `subject` is one text of all values, escaped, and `toLegacyObject()` ends
    // the process (Node 24.21) where the public key is of a kind that OpenSSL does not know.
    const { subject } = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
    const valuesOf = (oid: string) =>
      subject.flatMap((rdn) => rdn.filter(({ type }) => type === oid)).map(({ value }) => value.toString());
    const commonName = valuesOf(commonNameOid)[0];
    return {
      raw: certificate.raw,
      uids: valuesOf(uidOid),
      facts: {
        pem: certificate.toString(),
        serialNumber: certificate.serialNumber,
        notBefore: momentOf(certificate.validFrom, certificate.validFromDate),
        notAfter: momentOf(certificate.validTo, certificate.validToDate),
        publicKeyFingerprint: publicKeyFingerprint(certificate.publicKey),
        issuer: certificate.issuer.replaceAll('\n', ', '),
        subjectCommonName: commonName === undefined ? undefined : printable(commonName),
      },
    };
  } catch {
    return undefined;
  }
}

/** Of a time that is none Node 24.21 makes any date: what OpenSSL says of it is told by the text alone. */
function momentOf(text: string, date: Date): Date {
  return text === 'Bad time value' ? new Date(Number.NaN) : date;
}

function choosePushCertificate(certificates: readonly DecodedCertificate[]): DecodedCertificate {
  const withTopic = certificates.filter(({ uids }) => uids.some((uid) => topicShape.test(uid)));
  const [first] = certificates.length === 1 ? certificates : withTopic;
  if (first === undefined) {
    refuse(
      `None of the ${certificates.length} certificates is an MDM push certificate: none has a UID in its subject that begins with "com.apple.mgmt.".`,
    );
  }
  if (withTopic.length > 1) {
    refuse(`The text holds ${withTopic.length} push certificates. Send the one that should be used.`);
  }
  return first;
}

function topicOf({ uids }: DecodedCertificate): string {
  const [uid] = uids;
  if (uid === undefined) {
    refuse(
      `The certificate has no topic: the subject of an MDM push certificate has a UID that begins with "com.apple.mgmt.". Send the certificate from ${portal}.`,
    );
  }
  if (uids.length > 1) {
    refuse(
      `The subject of the certificate has ${uids.length} UIDs, so its topic is ambiguous. An MDM push certificate has one.`,
    );
  }
  if (!topicShape.test(uid)) {
    refuse(
      `The topic of the certificate (the UID of its subject) is "${printable(uid)}". An MDM push certificate has one that begins with "com.apple.mgmt.", followed by letters, digits, dots and hyphens; an app's push certificate or a vendor's signing certificate will not do. Send the certificate from ${portal}.`,
    );
  }
  return uid;
}

/** A name from outside as one line that can be shown and stored. */
function printable(text: string): string {
  return Array.from(text.replaceAll(/\p{Cc}/gu, '\uFFFD'))
    .slice(0, 100)
    .join('');
}
