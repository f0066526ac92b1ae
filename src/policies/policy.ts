import type { Id } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { WriteContext } from '../tenancy/index.ts';
import type { WantedSetting } from './csp/index.ts';

/** What an administrator says of a policy. */
export interface PolicyContent<Document extends object = JsonObject> {
  readonly name: string;
  readonly description: string | null;
  /** Number of the segment; 0 is the root. */
  readonly segment: number;
  /** Segments below may use it too. */
  readonly exposeToChildren: boolean;
  /** Its settings, in the form of its kind. */
  readonly document: Document;
}

/** Settings that devices shall have. */
export interface Policy<Document extends object = JsonObject> extends PolicyContent<Document> {
  readonly id: Id;
  /** `winPolicy`, or a Microsoft Graph type name such as `macOSGeneralDeviceConfiguration`. */
  readonly kind: string;
  /** 1 at first, one more with every change; it is the revision that `If-Match` names. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The kinds of policy that one API writes, and how they are spoken of. */
export interface PolicyFamily<Document extends object = JsonObject> {
  readonly kinds: readonly [string, ...string[]];
  /** What the names of the permissions begin with. */
  readonly area: 'windows.policy' | 'deviceConfiguration';
  /** For people, such as `Windows policy`. */
  readonly noun: string;
  /** How the API writes ids. */
  readonly spell: (id: Id) => string;
  /** The document as it was stored by this or an older version of Muster. */
  readonly read: (stored: JsonObject) => Document;
  /** What a document wants of Windows nodes; secrets without their values. */
  wantedNodes(document: Document): readonly WantedSetting[];
  /**
   * Takes out of a document what must not be stored in clear, and keeps it. Called before the document is stored. Faults: `invalidInput`
   * (it refers to what is not kept).
   */
  seal?(
    context: WriteContext,
    policyId: Id,
    document: Document,
    stored: Document | undefined,
  ): Promise<Document>;
}

/** Something that the input names, and where in the input it does, so that a refusal can point at it. */
export interface NamedId {
  readonly id: Id;
  readonly path: string;
}

/** At most so many things are named in a refusal. */
export const namedAtMost = 3;

/** `2 devices ('a', 'b')`, with the first few names. */
export function counted(count: number, [one, many]: Noun, names: readonly string[]): string {
  const listed = names.map((name) => `'${name}'`).join(', ');
  const more = count > names.length ? ', …' : '';
  return `${count} ${count === 1 ? one : many} (${listed}${more})`;
}

/** The same of the first few rows of a query, each with how many there are in all; undefined without any. */
export function countedRows(
  rows: readonly { readonly name: string; readonly total: number }[],
  noun: Noun,
): string | undefined {
  const [first] = rows;
  return (
    first &&
    counted(
      first.total,
      noun,
      rows.map(({ name }) => name),
    )
  );
}

/** A word for one thing and for several. */
export type Noun = readonly [one: string, many: string];
