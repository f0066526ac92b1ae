import type { Identity } from '../pki/asn1.ts';
import { noDeclarations } from './declaration-state.ts';
import { ServerRefusal } from '../server-refusal.ts';
import { makeUuid } from '../uuid.ts';
import { checkInMessage } from './messages.ts';
import { dict, textIn, textsIn, type PlistDict } from './plist.ts';
import { payloadsOfType, readProfile, refusedProfile, type ReadProfile } from './profile.ts';
import { requestIdentity } from './scep.ts';
import { enrollmentOf, type Channel, type Device, type Enrollment, type InstalledProfile } from './state.ts';
import { contentTypeOf } from '../transport.ts';
import { forgetEnrollment } from './unenroll.ts';

export interface EnrollOptions {
  /** As from Automated Device Enrollment: it stays in the Setup Assistant until `DeviceConfigured`. */
  readonly awaitsConfiguration?: boolean;
}

/**
 * Enrols by an enrolment profile, or by the URL of one; enrolled already, once more. Throws `CommandFailed` for a profile that the device refuses,
 * `ScepRefusal` and `ServerRefusal` for what the server refuses; then it is not enrolled.
 */
export async function enroll(
  device: Device,
  source: string | Uint8Array,
  { awaitsConfiguration = false }: EnrollOptions = {},
): Promise<void> {
  const { setup, state } = device;
  const profile = readProfile(typeof source === 'string' ? await download(device, source) : source);
  requireTrusted(device, profile);
  const [scep, terms] = enrollmentPayloads(profile);
  const identity = await requestIdentity(setup, device.hardware, scep);
  forgetEnrollment(device);
  const enrollment = enrollmentBy(profile, terms, identity);
  const channel = newChannel(device, idsOf(device), false);
  channel.profiles = [...state.device.profiles, installed(profile)];
  state.unlockToken = device.hardware.kind === 'mac' ? undefined : setup.random(64);
  state.awaitsConfiguration = awaitsConfiguration;
  await authenticate(device, enrollment, channel);
  await tokenUpdate(device, enrollment, channel);
  state.enrollment = enrollment;
  state.device = channel;
}

/**
 * Takes an enrolment profile in place of the one that it enrolled with, which gives it a new identity. The server must be the same.
 * Throws `CommandFailed` for a profile that the device refuses.
 */
export async function renew(device: Device, profile: ReadProfile): Promise<void> {
  const { setup, state } = device;
  const current = enrollmentOf(device);
  const [scep, terms] = enrollmentPayloads(profile);
  const offered = { serverUrl: textIn(terms, 'ServerURL'), topic: textIn(terms, 'Topic') };
  if (offered.serverUrl !== current.serverUrl || offered.topic !== current.topic) {
    throw refusedProfile('The new MDM payload does not match the old payload.');
  }
  const identity = await requestIdentity(setup, device.hardware, scep);
  const enrollment = enrollmentBy(profile, terms, identity);
  // Devices tell both before they report that the profile is installed: the server knows the new certificate by then.
  await authenticate(device, enrollment, state.device);
  await tokenUpdate(device, enrollment, state.device);
  state.enrollment = enrollment;
  const others = state.device.profiles.filter(({ identifier }) => identifier !== current.profileIdentifier);
  state.device.profiles = [...others, installed(profile)];
}

export function isEnrollmentProfile(profile: ReadProfile): boolean {
  return payloadsOfType(profile, 'com.apple.mdm').length > 0;
}

async function download({ setup }: Device, url: string): Promise<Buffer> {
  const answer = await setup.transport({ method: 'GET', url, headers: {} });
  if (answer.status !== 200) throw new ServerRefusal(`GET ${url}`, answer.status, answer.body);
  const contentType = contentTypeOf(answer);
  if (!contentType.startsWith('application/x-apple-aspen-config')) {
    throw new Error(`${url} answered '${contentType}', which a device does not take for a profile`);
  }
  return answer.body;
}

function requireTrusted({ setup: { trustedSigners } }: Device, { signers: [signer] }: ReadProfile): void {
  if (!trustedSigners) return;
  const isTrusted =
    signer &&
    trustedSigners.some((trusted) => trusted.raw.equals(signer.raw) || signer.verify(trusted.publicKey));
  if (!isTrusted) throw refusedProfile('The profile is not signed by somebody whom the device trusts.');
}

function enrollmentPayloads(profile: ReadProfile): readonly [scep: PlistDict, terms: PlistDict] {
  const [terms, another] = payloadsOfType(profile, 'com.apple.mdm');
  if (!terms) throw refusedProfile('The profile has no MDM payload.');
  if (another) throw refusedProfile('The profile has more than one MDM payload.');
  const scep = payloadsOfType(profile, 'com.apple.security.scep').find(
    (payload) => payload['PayloadUUID'] === terms['IdentityCertificateUUID'],
  );
  if (!scep) throw refusedProfile('The MDM payload names an identity that the profile does not have.');
  return [scep, terms];
}

function enrollmentBy(profile: ReadProfile, terms: PlistDict, identity: Identity): Enrollment {
  const serverUrl = textIn(terms, 'ServerURL');
  const topic = textIn(terms, 'Topic');
  const rights = terms['AccessRights'];
  if (serverUrl === undefined || topic === undefined)
    throw refusedProfile('The MDM payload is not complete.');
  if (!topic.startsWith('com.apple.mgmt.')) throw refusedProfile(`The topic "${topic}" is not one of MDM.`);
  return {
    profileIdentifier: profile.identifier,
    serverUrl,
    checkInUrl: textIn(terms, 'CheckInURL') ?? serverUrl,
    topic,
    signsMessages: terms['SignMessage'] === true,
    accessRights: typeof rights === 'number' ? rights : 0,
    serverCapabilities: textsIn(terms, 'ServerCapabilities') ?? [],
    checksOutWhenRemoved: terms['CheckOutWhenRemoved'] === true,
    identity,
  };
}

export function installed(
  profile: ReadProfile,
  source: InstalledProfile['source'] = 'command',
): InstalledProfile {
  const { identifier, uuid, content, payloads, isEncrypted, signers } = profile;
  return { identifier, uuid, content, payloads, isEncrypted, signers, source };
}

export function newChannel(
  { setup }: Device,
  ids: Readonly<Record<string, string>>,
  isUser: boolean,
): Channel {
  return {
    ids,
    isUser,
    pushToken: setup.random(32),
    pushMagic: makeUuid(setup.random),
    profiles: [],
    declarations: noDeclarations(),
    unsent: undefined,
  };
}

/** A user enrolment gets another id each time, so that the device cannot be recognized. */
function idsOf({ hardware, setup }: Device): Readonly<Record<string, string>> {
  return setup.isUserEnrollment ? { EnrollmentID: makeUuid(setup.random) } : { UDID: hardware.udid };
}

async function authenticate(device: Device, enrollment: Enrollment, channel: Channel): Promise<void> {
  const { hardware, setup } = device;
  const message = dict({
    MessageType: 'Authenticate',
    Topic: enrollment.topic,
    OSVersion: hardware.osVersion,
    BuildVersion: hardware.buildVersion,
    ProductName: hardware.product,
    ...(!setup.isUserEnrollment && { SerialNumber: hardware.serialNumber, IMEI: hardware.imei }),
    ...(hardware.kind === 'mac' && {
      DeviceName: hardware.name,
      Model: hardware.product,
      ModelName: hardware.modelName,
    }),
  });
  await checkInMessage(device, enrollment, channel, message);
}

/** Tells how the channel is woken; with it the enrolment is whole. */
export async function tokenUpdate(device: Device, enrollment: Enrollment, channel: Channel): Promise<void> {
  const { state, hardware } = device;
  const message = dict({
    MessageType: 'TokenUpdate',
    Topic: enrollment.topic,
    Token: channel.pushToken,
    PushMagic: channel.pushMagic,
    ...(!channel.isUser && {
      UnlockToken: state.unlockToken,
      AwaitingConfiguration: state.awaitsConfiguration ? true : undefined,
    }),
    ...(hardware.kind === 'mac' && { NotOnConsole: false }),
  });
  await checkInMessage(device, enrollment, channel, message);
}
