import {
  isPlistArray,
  isPlistDict,
  type PlistDict,
  type PlistValue,
} from '../../../../kernel/plist/plist-value.ts';
import { booleanOf, malformed, quoted, readMessage, requiredText, textOf } from '../../wire/fields.ts';
import { identityKeys, readIdentity, type AppleIdentity } from '../../wire/identity.ts';

/** One of the causes why a command failed; the first is the outermost. What a device does not tell is null. */
export interface ReportedError {
  readonly domain: string | null;
  readonly code: number | null;
  /** In English where the device says it in English, else in its own language. */
  readonly description: string | null;
}

/** What became of a command, or that there is none to report. */
export interface Report {
  readonly identity: AppleIdentity;
  readonly status: (typeof statuses)[number];
  /** Undefined with `Idle`, and when the device does not say which command it means. */
  readonly commandUuid: string | undefined;
  /** Of a Mac's user channel: the user is not the one at the screen. */
  readonly notOnConsole: boolean | undefined;
  readonly errorChain: readonly ReportedError[];
  /** All other keys, as the device sent them. */
  readonly answer: PlistDict;
}

const statuses = ['Idle', 'Acknowledged', 'Error', 'CommandFormatError', 'NotNow'] as const;
const envelope: ReadonlySet<string> = new Set([
  ...identityKeys,
  'Status',
  'CommandUUID',
  'NotOnConsole',
  'ErrorChain',
]);

const longestUuid = 255;
const mostErrors = 16;
const longestDescription = 1_024;

/**
 * Reads what a device sends to the command URL. Faults: `malformedBody`.
 *
 * https://developer.apple.com/documentation/devicemanagement/commands-and-queries
 */
export function readReport(bytes: Uint8Array): Report {
  const dict = readMessage(bytes);
  const identity = readIdentity(dict);
  const text = requiredText(dict, 'Status', 64);
  const status = statuses.find((known) => known === text);
  if (status === undefined) throw malformed(`'Status' is ${quoted(text)}, not one of ${statuses.join(', ')}`);
  const commandUuid = textOf(dict, 'CommandUUID', longestUuid);
  return {
    identity,
    status,
    commandUuid: status === 'Idle' ? undefined : commandUuid,
    notOnConsole: booleanOf(dict, 'NotOnConsole'),
    errorChain: readErrorChain(dict['ErrorChain']),
    answer: withoutEnvelope(dict),
  };
}

/** A device that reports an error is believed that there is one, however it words it. */
function readErrorChain(chain: PlistValue | undefined): ReportedError[] {
  if (chain === undefined) return [];
  if (!isPlistArray(chain)) throw malformed("'ErrorChain' is not an array");
  return chain
    .slice(0, mostErrors)
    .filter(isPlistDict)
    .map((error) => ({
      domain: shortened(error['ErrorDomain']),
      code:
        typeof error['ErrorCode'] === 'number' && Number.isSafeInteger(error['ErrorCode'])
          ? error['ErrorCode']
          : null,
      description: shortened(error['USEnglishDescription']) ?? shortened(error['LocalizedDescription']),
    }));
}

function shortened(value: PlistValue | undefined): string | null {
  if (typeof value !== 'string' || value === '') return null;
  return value.slice(0, longestDescription).toWellFormed();
}

function withoutEnvelope(dict: PlistDict): PlistDict {
  const rest = Object.create(null) as Record<string, PlistValue>;
  for (const [key, value] of Object.entries(dict)) if (!envelope.has(key)) rest[key] = value;
  return rest;
}
