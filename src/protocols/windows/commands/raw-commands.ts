import { Type, type Static } from 'typebox';
import { bytesOfBase64 } from '../../../kernel/base64.ts';
import { invalidInput, type Violation } from '../../../kernel/fault.ts';
import { joinPath, type JsonObject } from '../../../kernel/json.ts';
import { validator } from '../../../kernel/schema.ts';
import { whyReserved } from '../../../policies/csp/index.ts';
import { normaliseLocUri } from '../../../policies/index.ts';
import { formats, isOfUser, type Format, type NodeCommand } from '../dm-command.ts';
import { hasUnwritable } from '../session/wire/write-message.ts';

const Command = Type.Object(
  {
    path: Type.String({ minLength: 1, maxLength: 500 }),
    action: Type.Enum(['Add', 'Copy', 'Delete', 'Exec', 'Get', 'Replace']),
    value: Type.Optional(Type.String({ maxLength: 500 })),
    format: Type.Optional(Type.Enum([...formats])),
  },
  { additionalProperties: false },
);

type Command = Static<typeof Command>;

const most = 100;
const commandShape = validator(Command);
const listShape = validator(
  Type.Object(
    { commands: Type.Array(Type.Object({}), { minItems: 1, maxItems: most }) },
    { additionalProperties: false },
  ),
);

/** Commands of OMA-DM that somebody wrote, which are sent together. */
export interface RawCommands {
  /** For lists of commands. */
  readonly name: string;
  readonly commands: readonly NodeCommand[];
  /** They are for `./User`. */
  readonly isOfUser: boolean;
}

/**
 * Reads `{commands: [{path, action, value?, format?}]}`, each command alone or as the `config` of an object. Faults: `invalidInput`, also for
 * what would end the management of the device.
 */
export function readRawCommands(body: JsonObject): RawCommands {
  const notAList = listShape.violations(body);
  if (notAList.length > 0) throw invalidInput(notAList);
  const given = (body['commands'] as readonly JsonObject[]).map((item, index) => {
    const path = `commands[${index}]`;
    const isWrapped =
      typeof item['config'] === 'object' && item['config'] !== null && Object.keys(item).length === 1;
    return isWrapped ? { path: `${path}.config`, command: item['config'] } : { path, command: item };
  });
  const violations = given.flatMap(({ path, command }) =>
    violationsOf(command).map(({ path: place, message }) => ({ path: joinPath(path, place), message })),
  );
  if (violations.length > 0) throw invalidInput(violations);
  const commands = given.map(({ command }) => commandOf(command as Command));
  const ofUser = commands.map(({ locUri }) => isOfUser(locUri));
  const other = ofUser.findIndex((one) => one !== ofUser[0]);
  if (other !== -1) {
    const message =
      'is not of the same part of the tree as the commands before it: what is below ./User waits until the user is signed in, so send it by itself';
    throw invalidInput([{ path: `${given[other]!.path}.path`, message }]);
  }
  return { name: nameOf(commands), commands, isOfUser: ofUser[0]! };
}

function violationsOf(command: unknown): Violation[] {
  const found = commandShape.violations(command);
  return found.length > 0 ? found : wrongs(command as Command);
}

/** What is wrong with a command of the right shape. */
function wrongs({ path, action, value, format }: Command): Violation[] {
  const locUri = path.trim();
  if (!/^\.(?:\/[^\s/]+)+$/.test(locUri) || hasUnwritable(locUri)) {
    return [
      {
        path: 'path',
        message:
          "must be a node's path, such as './Device/Vendor/MSFT/Policy', without blanks or control characters",
      },
    ];
  }
  if (action === 'Copy') return [{ path: 'action', message: 'Windows does not know Copy.' }];
  if (action === 'Get' || action === 'Delete') {
    const extra = value !== undefined && value !== '' ? 'value' : undefined;
    if (extra) return [{ path: extra, message: `${action} takes none` }];
  }
  if (hasUnwritable(value ?? '')) {
    return [{ path: 'value', message: 'must not have control characters, which no message can carry' }];
  }
  const reserved = action === 'Get' ? undefined : whyReserved(normaliseLocUri(locUri).key, 'commands');
  if (reserved !== undefined) {
    const message = `is for the server alone to change: without it, nobody manages the device. ${reserved}`;
    return [{ path: 'path', message }];
  }
  if (action === 'Get' || action === 'Delete') return [];
  const message = whatIsWrongWith(value ?? '', format);
  return message === undefined ? [] : [{ path: 'value', message }];
}

function whatIsWrongWith(value: string, format: Format | undefined): string | undefined {
  switch (format) {
    case 'int':
      return /^-?\d+$/.test(value) ? undefined : "must be a whole number, as its format is 'int'";
    case 'bool':
      return /^(?:true|false|0|1)$/.test(value)
        ? undefined
        : "must be true or false, as its format is 'bool'";
    case 'float':
      return /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(value)
        ? undefined
        : "must be a number, as its format is 'float'";
    case 'b64':
      return bytesOfBase64(value) ? undefined : "must be Base64, as its format is 'b64'";
    case 'null':
    case 'node':
      return value === '' ? undefined : `must be left out, as its format is '${format}'`;
    default:
      return undefined;
  }
}

function commandOf({ path, action, value, format }: Command): NodeCommand {
  const locUri = path.trim();
  const data = { format: format ?? ('chr' as const), data: value ?? '' };
  switch (action) {
    case 'Get':
    case 'Delete':
      return { verb: action, locUri };
    case 'Exec':
      return value === undefined && format === undefined
        ? { verb: action, locUri }
        : { verb: action, locUri, value: data };
    case 'Add':
    case 'Replace':
      return { verb: action, locUri, value: data };
    case 'Copy':
      throw new Error('Copy was refused before.');
  }
}

/** Lists show at most so much. */
const longestName = 500;

function nameOf([first, ...more]: readonly NodeCommand[]): string {
  const rest = more.length === 0 ? '' : ` and ${more.length} more`;
  return `${first!.verb} ${first!.locUri}`.slice(0, longestName - rest.length) + rest;
}
