import { escrowedToken } from '../../../devices/apple-channels/index.ts';
import type { WaitingCommand } from '../../../devices/commands/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { bytesOfBase64 } from '../../../kernel/base64.ts';
import { parsePlist } from '../../../kernel/plist/parse-plist.ts';
import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { findCommand } from '../commands/commands.ts';
import { deviceInformationQueries } from '../commands/device-information.ts';
import { tokens } from '../declarations/answers.ts';
import type { Call } from './call.ts';
import type { ComputedCommand } from './computed-command.ts';

/** What some commands hold that is made elsewhere. */
export interface CommandContents {
  /** The enrolment profile by which an enrolled device gets a new certificate; signed. */
  renewalProfile(context: WriteContext, call: Call): Promise<Uint8Array>;
  readonly enrollmentIdentifier: (context: WriteContext) => string;
}

/** The value of `Command` of what the device is told. */
export async function contentOfCommand(
  contents: CommandContents,
  context: WriteContext,
  call: Call,
  command: WaitingCommand | ComputedCommand,
): Promise<PlistDict> {
  if ('body' in command) return contentOfQueued(context, call, command);
  switch (command.kind) {
    case 'install': {
      const { bytes } = call.wanted.find(({ item }) => item === command.item)!;
      return { RequestType: 'InstallProfile', Payload: bytes };
    }
    case 'remove': {
      const { identifier } = call.delivery.items[command.item]!.details as { identifier: string };
      return { RequestType: 'RemoveProfile', Identifier: identifier };
    }
    case 'verify':
      return { RequestType: 'ProfileList', ManagedOnly: false };
    case 'inventory':
      return command.part === 'DeviceInformation'
        ? {
            RequestType: command.part,
            Queries: deviceInformationQueries(call.facts?.system, call.facts?.osVersion),
          }
        : { RequestType: command.part };
    case 'declare': {
      const data = JSON.stringify(tokens(call.declarations, call.now));
      return { RequestType: 'DeclarativeManagement', Data: Buffer.from(data) };
    }
    case 'configured':
      return { RequestType: isOfUser(call) ? 'UserConfigured' : 'DeviceConfigured' };
    case 'renew':
      return { RequestType: 'InstallProfile', Payload: await contents.renewalProfile(context, call) };
    case 'leave':
      return { RequestType: 'RemoveProfile', Identifier: contents.enrollmentIdentifier(context) };
  }
}

function isOfUser({ channel }: Call): boolean {
  return channel.id !== channel.deviceChannel;
}

/** A command that an administrator gave: of a known one its arguments, of others Apple's own property list. */
async function contentOfQueued(
  context: WriteContext,
  { channel }: Call,
  { type, body }: WaitingCommand,
): Promise<PlistDict> {
  if (typeof body['plist'] === 'string') return parsePlist(bytesOfBase64(body['plist'])!) as PlistDict;
  const command = findCommand(type);
  if (!command) throw new Fault('invalidInput', `'${type}' is not a command that is known here.`);
  const given = body['arguments'] as JsonObject;
  if (!command.addedByServer?.includes('UnlockToken')) return command.encode(given);
  const token = await escrowedToken(context, channel.deviceChannel, 'unlock_token');
  return command.encode({ ...given, ...(token && { UnlockToken: token.toString('base64') }) });
}
