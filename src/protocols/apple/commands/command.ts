import type { Static, TObject } from 'typebox';
import type { InventoryPart } from '../../../devices/inventory/index.ts';
import { bytesOfBase64 } from '../../../kernel/base64.ts';
import { invalidInput, type Violation } from '../../../kernel/fault.ts';
import { joinPath } from '../../../kernel/json.ts';
import type { PlistDict } from '../../../kernel/plist/plist-value.ts';
import { validator } from '../../../kernel/schema.ts';
import type { AppleSystem } from '../system.ts';
import { Arguments, answerOf, plistOf, type Answer } from './shape.ts';

/** What a system needs so that it does a command. */
interface Support {
  /** The first version that knows the command. */
  readonly since: string;
  readonly supervised?: true;
  /** Users of Macs or Shared iPads take it on their own channel, too; without it, only the device does. */
  readonly userChannel?: true;
  /** A device that its owner enrolled (user enrolment) does not take it. */
  readonly notOnUserEnrollment?: true;
  /** It is done on a locked device: before the first unlock, and in a Mac's Power Nap. */
  readonly worksWhenLocked?: true;
  /** Arguments that the system cannot do without. */
  readonly needs?: readonly string[];
}

/** Where commands are done that were there from the beginning. */
export const everySystem = {
  macOS: { since: '10.7', userChannel: true },
  iOS: { since: '4.0' },
  tvOS: { since: '9.0' },
  visionOS: { since: '1.1' },
  watchOS: { since: '10.0' },
} as const satisfies CommandDeclaration<TObject, TObject>['systems'];

/** A command as it is declared: one value per command. Property names are Apple's. */
interface CommandDeclaration<Arguments extends TObject, Result extends TObject> {
  /** Apple's page about it. */
  readonly page: string;
  readonly requestType: string;
  /** What is said to the device beside the request type, as JSON with Base64 for data. */
  readonly arguments: Arguments;
  /** These arguments are kept encrypted, and appear in no log and no audit event. */
  readonly secrets?: readonly (keyof Arguments['properties'] & string)[];
  /** These arguments are known to the server alone, which adds them when it sends the command. */
  readonly addedByServer?: readonly (keyof Arguments['properties'] & string)[];
  readonly answer: Result;
  /** Where the answer is kept. */
  readonly inventory?: InventoryPart;
  readonly systems: Readonly<Partial<Record<AppleSystem, Support>>>;
  /** Whether it does no harm to send it again when it is not known what became of it. */
  readonly repeatable: boolean;
}

export interface AppleCommand<
  Arguments extends TObject = TObject,
  Result extends TObject = TObject,
> extends CommandDeclaration<Arguments, Result> {
  /** What is wrong with arguments that a caller gives, who cannot give what the server adds. */
  violations(value: unknown): Violation[];
  /** The value of `Command` as the device takes it, with what the server adds. Faults: `invalidInput`. */
  encode(content: Static<Arguments>): PlistDict;
  readAnswer(answer: PlistDict): Answer<Result>;
}

export function appleCommand<Arguments extends TObject, Result extends TObject>(
  declaration: CommandDeclaration<Arguments, Result>,
): AppleCommand<Arguments, Result> {
  const { requestType, arguments: schema, addedByServer = [], answer } = declaration;
  const ofServer: ReadonlySet<string> = new Set(addedByServer);
  const given = Object.entries(schema.properties).filter(([name]) => !ofServer.has(name));
  const check = checkOf(schema);
  return {
    ...declaration,
    violations: checkOf(Arguments(Object.fromEntries(given))),
    encode(content) {
      const found = check(content);
      if (found.length > 0) throw invalidInput(found);
      return { RequestType: requestType, ...plistOf(schema, content) };
    },
    readAnswer: (dict) => answerOf(answer, dict),
  };
}

function checkOf(schema: TObject): (value: unknown) => Violation[] {
  const checked = validator(schema);
  return (value) => {
    const found = checked.violations(value);
    return found.length > 0 ? found : notBase64(schema, value as object);
  };
}

interface DataShape {
  readonly plist?: 'data';
  readonly properties?: Readonly<Record<string, DataShape>>;
}

function notBase64({ properties = {} }: DataShape, content: object, path = ''): Violation[] {
  return Object.entries(content).flatMap(([key, value]: [string, unknown]) => {
    const shape = properties[key];
    const place = joinPath(path, key);
    if (shape?.plist === 'data') {
      return bytesOfBase64(value as string) ? [] : [{ path: place, message: 'must be Base64' }];
    }
    return shape?.properties ? notBase64(shape, value as object, place) : [];
  });
}
