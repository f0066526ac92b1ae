import { bytesOfBase64 } from '../../../kernel/base64.ts';
import { Fault, invalidInput, type Violation } from '../../../kernel/fault.ts';
import { joinPath, type Json, type JsonObject } from '../../../kernel/json.ts';
import { parsePlist } from '../../../kernel/plist/parse-plist.ts';
import { isPlistDict, type PlistDict, type PlistValue } from '../../../kernel/plist/plist-value.ts';
import { writePlist } from '../../../kernel/plist/write-plist.ts';
import { readSignedData } from '../../../kernel/cms/read-signed-data.ts';
import { findCommand } from './commands.ts';
import { jsonOfPlist } from './shape.ts';
import { missingArgument, whatForbids, type CommandTarget } from './what-forbids.ts';

/** A command that somebody wrote in Apple's own words. */
export interface RawCommand {
  readonly requestType: string;
  /** Everything beside the request type as JSON, data as Base64. */
  readonly arguments: JsonObject;
  /** Of a command that is not known here: the whole `Command` as a property list, to be sent as it is. Null for a known one. */
  readonly raw: string | null;
  /** See `AppleCommand`; nothing is known of the others, so they are not. */
  readonly repeatable: boolean;
}

export interface RawCommandTarget extends CommandTarget {
  /** The `PayloadIdentifier` of the profile by which the organization's devices are enrolled. */
  readonly enrollmentProfile: string;
}

/**
 * Reads `{RequestType, …}`, alone or as the `Command` of a dict, in JSON or in a property list, which JSON may hold as a text. A `CommandUUID`
 * beside the command is passed over: each command gets its own. JSON has Base64 where a known command has data; an unknown command that needs
 * data or dates has to be a property list.
 *
 * Faults: `malformedBody`, `invalidInput`.
 */
export function readRawCommand(body: Json | Uint8Array, target: RawCommandTarget): RawCommand {
  const isPlist = typeof body === 'string' || body instanceof Uint8Array;
  const read: Json | PlistValue = isPlist
    ? parsePlist(typeof body === 'string' ? Buffer.from(body) : body)
    : body;
  const { command, path } = commandIn(read);
  const { RequestType: requestType, ...rest } = command;
  if (typeof requestType !== 'string' || !/^[A-Za-z][A-Za-z0-9]{0,63}$/.test(requestType)) {
    throw wrong(path, 'RequestType', 'must be the name of a command, such as "RestartDevice"');
  }
  const given = (isPlist ? jsonOfPlist(rest as PlistDict) : rest) as JsonObject;
  const known = findCommand(requestType);
  if (!known) {
    const whole = isPlist ? command : plistOfJson(command as JsonObject, path);
    return { requestType, arguments: given, raw: writePlist(whole as PlistDict), repeatable: false };
  }
  const violations = known.violations(given);
  if (violations.length > 0) {
    throw invalidInput(
      violations.map(({ path: place, message }) => ({ path: joinPath(path, place), message })),
    );
  }
  const forbidden = whatForbids(known, target);
  if (forbidden !== undefined) throw wrong(path, 'RequestType', forbidden);
  const missing = missingArgument(known, given, target);
  if (missing !== undefined) throw wrong(path, missing, `is required by ${requestType} on ${target.os}`);
  const refused = whatServerDoes(requestType, given, target.enrollmentProfile);
  if (refused) throw wrong(path, refused.path, refused.message);
  return { requestType, arguments: given, raw: null, repeatable: known.repeatable };
}

type Dict = Readonly<Record<string, Json | PlistValue>>;

function commandIn(read: Json | PlistValue): { command: Dict; path: string } {
  const body = dictOf(read, '');
  if (body['Command'] === undefined) return { command: body, path: '' };
  const other = Object.keys(body).find((key) => key !== 'Command' && key !== 'CommandUUID');
  if (other !== undefined) throw wrong('', other, 'is not a known property beside "Command"');
  return { command: dictOf(body['Command'], 'Command'), path: 'Command' };
}

function dictOf(value: Json | PlistValue | undefined, path: string): Dict {
  if (value === undefined || value === null || !isPlistDict(value as PlistValue)) {
    throw wrong('', path || 'body', 'must be an object with a "RequestType"');
  }
  return value as Dict;
}

function plistOfJson(value: Json, path: string): PlistValue {
  if (value === null) throw wrong('', path || 'body', 'is null, which a property list cannot hold');
  if (Array.isArray(value)) return value.map((item, index) => plistOfJson(item, `${path}[${index}]`));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, plistOfJson(item, joinPath(path, key))]),
  );
}

/** Commands that the server sends by itself, so that somebody else's would undo what it knows of the device. */
function whatServerDoes(
  requestType: string,
  given: JsonObject,
  enrollmentProfile: string,
): Violation | undefined {
  switch (requestType) {
    case 'DeclarativeManagement':
      return {
        path: 'RequestType',
        message: 'The server tells devices by itself when they have other declarations.',
      };
    case 'RemoveProfile':
      if (given['Identifier'] !== enrollmentProfile) return undefined;
      return {
        path: 'Identifier',
        message:
          'is the profile by which the device is enrolled: without it, nobody manages the device. Retire or delete the device instead',
      };
    case 'InstallProfile': {
      const message = whatIsWrongWithProfile(given['Payload'] as string, enrollmentProfile);
      return message === undefined ? undefined : { path: 'Payload', message };
    }
    default:
      return undefined;
  }
}

function whatIsWrongWithProfile(base64: string, enrollmentProfile: string): string | undefined {
  const profile = profileIn(bytesOfBase64(base64)!);
  if (profile?.['PayloadType'] !== 'Configuration') {
    return 'is not a configuration profile, neither plain nor signed';
  }
  const content = profile['PayloadContent'];
  const parts = Array.isArray(content) ? (content as readonly PlistValue[]).filter(isPlistDict) : [];
  if (
    profile['PayloadIdentifier'] === enrollmentProfile ||
    parts.some((part) => part['PayloadType'] === 'com.apple.mdm')
  ) {
    return 'says who manages the device, which the server does by itself when the device enrols';
  }
  return undefined;
}

function profileIn(bytes: Uint8Array): PlistDict | undefined {
  const isDer = bytes[0] === 0x30;
  try {
    const profile = parsePlist(isDer ? (readSignedData(bytes).content ?? new Uint8Array()) : bytes);
    return isPlistDict(profile) ? profile : undefined;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

function wrong(path: string, key: string, message: string): Fault {
  return invalidInput([{ path: joinPath(path, key), message }]);
}
