import { applyFacts } from '../../../devices/index.ts';
import { saveInventory } from '../../../devices/inventory/index.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { findCommand } from '../commands/commands.ts';
import { deviceInformation } from '../commands/device-information.ts';
import { profileList } from '../commands/profiles.ts';
import { securityInfo } from '../commands/security-info.ts';
import { enrollmentIdentifier } from '../enroll/profile.ts';
import { readDeviceFacts } from '../inventory/device-facts.ts';
import { ownIdentifier } from '../own-identifier.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { withEvents, type Call } from './call.ts';
import { compared } from './profile-delivery.ts';

/** Keeps the answer of a device to a command that asks what it is and has, and draws the consequences. */
export async function keepInventory(
  context: WriteContext,
  call: Call,
  requestType: string,
  answer: PlistDict,
): Promise<Call> {
  const command = findCommand(requestType);
  // What a user of the device has is not what the device has.
  const isDevice = call.channel.id === call.channel.deviceChannel;
  if (command?.inventory && isDevice) {
    const { content } = command.readAnswer(answer);
    await saveInventory(context, call.channel.deviceId, command.inventory, content as JsonObject);
  }
  switch (requestType) {
    case 'DeviceInformation':
      return isDevice
        ? keepFacts(context, call, { device: deviceInformation.readAnswer(answer).content })
        : call;
    case 'SecurityInfo':
      return isDevice
        ? keepFacts(context, call, { security: securityInfo.readAnswer(answer).content })
        : call;
    case 'ProfileList':
      return compareProfiles(context, call, answer);
    default:
      return call;
  }
}

async function keepFacts(
  context: WriteContext,
  call: Call,
  told: Parameters<typeof readDeviceFacts>[0],
): Promise<Call> {
  await applyFacts(context, call.channel.deviceId, readDeviceFacts(told));
  return { ...call, isOutdated: true };
}

/** A list of all profiles, not of some, is what is compared. */
async function compareProfiles(context: WriteContext, call: Call, answer: PlistDict): Promise<Call> {
  const { ProfileList: profiles } = profileList.readAnswer(answer).content;
  if (!profiles) return call;
  const { organization } = context.scope;
  const own = ownIdentifier(hexOfId(organization.id), '');
  const isOurs = (identifier: string) =>
    identifier.startsWith(own) && identifier !== enrollmentIdentifier(organization);
  const listed = profiles.flatMap(({ PayloadIdentifier: identifier, PayloadUUID: uuid }) =>
    identifier === undefined ? [] : [{ identifier, uuid: uuid ?? null }],
  );
  return withEvents(context, call, compared(call.delivery, listed, isOurs, call.now));
}
