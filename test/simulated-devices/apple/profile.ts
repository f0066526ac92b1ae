import { X509Certificate } from 'node:crypto';
import type { Identity } from '../pki/asn1.ts';
import { openEnvelope } from './enveloped-data.ts';
import { payloadFailure, type CommandFailed, profileFailure } from './failures.ts';
import { dataIn, isDict, readDict, readPlist, textIn, type PlistDict, type PlistValue } from './plist.ts';
import { readSignedContent } from '../pki/signed-data.ts';

export interface ReadProfile {
  readonly content: PlistDict;
  readonly payloads: readonly PlistDict[];
  readonly identifier: string;
  readonly uuid: string;
  readonly isEncrypted: boolean;
  /** The signer first; none where it is not signed. */
  readonly signers: readonly X509Certificate[];
}

/**
 * Reads a configuration profile, signed or plain, and checks it as a device does before it installs it.
 * Throws `CommandFailed` with the chain that a device reports.
 *
 * https://developer.apple.com/documentation/devicemanagement/toplevel
 */
export function readProfile(bytes: Uint8Array, identity?: Identity): ReadProfile {
  const { content, signers } = openProfile(bytes);
  const profile = asProfile(content);
  requireFields(profile);
  const sealed = dataIn(profile, 'EncryptedPayloadContent');
  const list = sealed ? decrypted(sealed, identity) : profile['PayloadContent'];
  if (!Array.isArray(list) || list.length === 0) throw profileFailure(1_005, 'The profile is empty.');
  const payloads = list.map((payload, index) => checkedPayload(payload as PlistValue, index, profile));
  requireUnique(payloads, 'PayloadUUID', 1_007, 'UUIDs');
  requireUnique(payloads, 'PayloadIdentifier', 1_008, 'payload identifiers');
  return {
    content: profile,
    payloads,
    identifier: textIn(profile, 'PayloadIdentifier')!,
    uuid: textIn(profile, 'PayloadUUID')!,
    isEncrypted: sealed !== undefined,
    signers,
  };
}

const derSequence = 0x30;

function openProfile(bytes: Uint8Array): {
  readonly content: Uint8Array;
  readonly signers: readonly X509Certificate[];
} {
  if (bytes[0] !== derSequence) return { content: bytes, signers: [] };
  try {
    const { content, signer, certificates } = readSignedContent(bytes);
    const others = certificates.filter((certificate) => !certificate.raw.equals(signer.raw));
    return { content, signers: [signer, ...others] };
  } catch (error) {
    throw profileFailure(1_004, `The profile's signature is not valid: ${(error as Error).message}.`);
  }
}

function asProfile(content: Uint8Array): PlistDict {
  try {
    return readDict(content);
  } catch (error) {
    throw profileFailure(1_000, `The profile is not a property list: ${(error as Error).message}.`);
  }
}

function decrypted(sealed: Buffer, identity: Identity | undefined): PlistValue {
  try {
    if (!identity) throw new Error('the device has no identity');
    const content = readPlist(openEnvelope(sealed, identity.key));
    return isDict(content) ? content['PayloadContent']! : content;
  } catch (error) {
    throw profileFailure(1_006, `The profile cannot be decrypted: ${(error as Error).message}.`);
  }
}

function requireFields(profile: PlistDict): void {
  for (const key of ['PayloadType', 'PayloadIdentifier', 'PayloadUUID', 'PayloadVersion'] as const) {
    const problem = problemWith(profile, key);
    if (problem) throw profileFailure(problem.isMissing ? 1_002 : 1_003, problem.text);
  }
  if (profile['PayloadType'] !== 'Configuration') {
    throw profileFailure(1_010, 'The field "PayloadType" of a profile must be "Configuration".');
  }
  if (profile['PayloadVersion'] !== 1) {
    throw profileFailure(1_001, 'This profile version is not supported.');
  }
}

function problemWith(dict: PlistDict, key: string): { isMissing: boolean; text: string } | undefined {
  const wanted = key === 'PayloadVersion' ? 'number' : 'string';
  const value = dict[key];
  if (value === undefined || value === '') {
    return { isMissing: true, text: `The required field "${key}" is missing.` };
  }
  return typeof value === wanted
    ? undefined
    : { isMissing: false, text: `The field "${key}" has a value of the wrong type.` };
}

function checkedPayload(payload: PlistValue, index: number, profile: PlistDict): PlistDict {
  if (!isDict(payload)) throw profileFailure(1_003, `The payload ${index + 1} is not a dictionary.`);
  const name = textIn(profile, 'PayloadDisplayName') ?? textIn(profile, 'PayloadIdentifier')!;
  for (const key of ['PayloadType', 'PayloadIdentifier', 'PayloadUUID', 'PayloadVersion'] as const) {
    const problem = problemWith(payload, key);
    if (problem) throw payloadFailure(name, problem.isMissing ? 2_002 : 2_003, problem.text);
  }
  const shape = payloadShapes[textIn(payload, 'PayloadType')!];
  for (const [key, isRight] of Object.entries(shape ?? {})) {
    const value = payload[key];
    if (value !== undefined && !isRight(value)) {
      throw payloadFailure(name, 2_003, `The field "${key}" has a value that is not valid.`);
    }
  }
  return payload;
}

type Check = (value: PlistValue) => boolean;
const isBoolean: Check = (value) => typeof value === 'boolean';
const isText: Check = (value) => typeof value === 'string';
const isCertificate: Check = (value) => {
  try {
    return value instanceof Uint8Array && new X509Certificate(value).raw.length > 0;
  } catch {
    return false;
  }
};
const isNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
const isTexts: Check = (value) => Array.isArray(value) && value.every((item) => typeof item === 'string');

/** What a device checks of the payloads that this one obeys; those of other types are kept as they come. */
const payloadShapes: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  /** https://developer.apple.com/documentation/devicemanagement/passcode */
  'com.apple.mobiledevice.passwordpolicy': {
    allowSimple: isBoolean,
    changeAtNextAuth: isBoolean,
    forcePIN: isBoolean,
    maxFailedAttempts: isNumber(2, 11),
    maxGracePeriod: isNumber(0),
    maxInactivity: isNumber(0, 60),
    maxPINAgeInDays: isNumber(0, 730),
    minComplexChars: isNumber(0, 4),
    minLength: isNumber(0, 16),
    minutesUntilFailedLoginReset: isNumber(0),
    pinHistory: isNumber(1, 50),
    requireAlphanumeric: isBoolean,
  },
  'com.apple.domains': {
    EmailDomains: isTexts,
    WebDomains: isTexts,
    SafariPasswordAutoFillDomains: isTexts,
  },
  'com.apple.security.root': { PayloadContent: isCertificate },
  'com.apple.mdm': { ServerURL: isText, CheckInURL: isText, Topic: isText, AccessRights: isNumber(1) },
};

function requireUnique(payloads: readonly PlistDict[], key: string, code: number, what: string): void {
  const values = payloads.map((payload) => textIn(payload, key));
  if (new Set(values).size < values.length) {
    throw profileFailure(code, `The profile has payloads whose ${what} are not unique.`);
  }
}

/** The payloads of this type. */
export function payloadsOfType(
  { payloads }: Pick<ReadProfile, 'payloads'>,
  type: string,
): readonly PlistDict[] {
  return payloads.filter((payload) => payload['PayloadType'] === type);
}

/** Like a device that cannot enrol, tells the user why. */
export function refusedProfile(text: string): CommandFailed {
  return profileFailure(1_009, text);
}
