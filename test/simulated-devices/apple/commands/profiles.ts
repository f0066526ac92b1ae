import { CommandFailed, CommandMalformed, mdmFailure, profileFailure } from '../failures.ts';
import { installed, isEnrollmentProfile, renew } from '../enrollment.ts';
import { checkInMessage } from '../messages.ts';
import { dataIn, dict, textIn, type PlistDict } from '../plist.ts';
import { readProfile } from '../profile.ts';
import { enrollmentOf, type Channel, type Device, type InstalledProfile } from '../state.ts';
import { forgetEnrollment } from '../unenroll.ts';
import { rights, type KnownCommand } from './command.ts';

/** https://developer.apple.com/documentation/devicemanagement/install-profile-command */
export const installProfile: KnownCommand = {
  requestType: 'InstallProfile',
  needs: rights.inspectProfiles | rights.installProfiles,
  isForUsers: true,
  async run(device, channel, command) {
    const bytes = dataIn(command, 'Payload');
    if (!bytes) throw new CommandMalformed('Payload is missing');
    const profile = readProfile(bytes, enrollmentOf(device).identity);
    if (isEnrollmentProfile(profile)) {
      if (channel.isUser) throw profileFailure(1_009, 'An MDM payload must be installed for the device.');
      try {
        await renew(device, profile);
      } catch (error) {
        if (error instanceof CommandFailed) throw error;
        throw profileFailure(1_009, (error as Error).message);
      }
      return {};
    }
    if (profile.identifier === enrollmentOf(device).profileIdentifier) {
      throw mdmFailure(12_009, 'The replacement of the enrolment profile has no MDM payload.');
    }
    keepProfile(channel, installed(profile));
    return {};
  },
};

/** A profile takes the place of the one with its identifier. */
export function keepProfile(channel: Channel, profile: InstalledProfile): void {
  const others = channel.profiles.filter(({ identifier }) => identifier !== profile.identifier);
  channel.profiles = [...others, profile];
}

/** https://developer.apple.com/documentation/devicemanagement/remove-profile-command */
export const removeProfile: KnownCommand = {
  requestType: 'RemoveProfile',
  needs: rights.inspectProfiles | rights.installProfiles,
  isForUsers: true,
  run(device, channel, command) {
    const identifier = textIn(command, 'Identifier');
    if (identifier === undefined) throw new CommandMalformed('Identifier is missing');
    if (identifier === enrollmentOf(device).profileIdentifier && !channel.isUser) {
      return { endsExchange: true, afterwards: () => leave(device) };
    }
    const profile = channel.profiles.find((one) => one.identifier === identifier);
    if (profile?.source !== 'command') {
      throw mdmFailure(12_013, `The profile "${identifier}" is not managed by MDM.`);
    }
    channel.profiles = channel.profiles.filter((one) => one !== profile);
    return {};
  },
};

/** Ends the enrolment, and tells the server where the profile says so; nobody waits for the answer of that. */
export async function leave(device: Device): Promise<void> {
  const enrollment = enrollmentOf(device);
  const { topic: Topic, checksOutWhenRemoved } = enrollment;
  const channel = device.state.device;
  forgetEnrollment(device);
  if (!checksOutWhenRemoved) return;
  await checkInMessage(device, enrollment, channel, { MessageType: 'CheckOut', Topic }).catch(() => {});
}

/** https://developer.apple.com/documentation/devicemanagement/profile-list-command */
export const profileList: KnownCommand = {
  requestType: 'ProfileList',
  needs: rights.inspectProfiles,
  worksWhenLocked: true,
  isForUsers: true,
  run(_device, channel, command) {
    const profiles = channel.profiles
      .filter(({ source }) => command['ManagedOnly'] !== true || source !== 'person')
      .map(listed);
    return { content: { ProfileList: profiles } };
  },
};

const payloadKeys = [
  'PayloadDescription',
  'PayloadDisplayName',
  'PayloadIdentifier',
  'PayloadOrganization',
  'PayloadType',
  'PayloadUUID',
  'PayloadVersion',
] as const;

function listed(profile: InstalledProfile): PlistDict {
  const { content, payloads, signers, isEncrypted, source } = profile;
  const shown = (from: PlistDict) => dict(Object.fromEntries(payloadKeys.map((key) => [key, from[key]])));
  const { PayloadType: _, ...outer } = shown(content);
  return {
    ...outer,
    HasRemovalPasscode: content['HasRemovalPasscode'] === true,
    PayloadRemovalDisallowed: content['PayloadRemovalDisallowed'] === true,
    IsEncrypted: isEncrypted,
    IsManaged: source !== 'person',
    ...(signers.length > 0 && { SignerCertificates: signers.map(({ raw }) => raw) }),
    PayloadContent: payloads.map(shown),
  };
}
