export type GraphVersion = 'v1.0' | 'beta';

/** A property as the model files state it. `type` is the Edm or `microsoft.graph` name of one value, also for a collection. */
export interface PropertyDeclaration {
  readonly type: string;
  readonly collection?: true;
  readonly nullable?: true;
  readonly navigation?: true;
  /** What it navigates to stands on its own. A body names it by URLs, in `…@odata.bind`. */
  readonly reference?: true;
  /** Set by the service; what a client sends is ignored. */
  readonly readOnly?: boolean;
  /** It has no value but one that a client gives. */
  readonly required?: true;
  /** Taken from a client, never shown: reads give `null`. */
  readonly writeOnly?: true;
  /** Seconds are all the precision Graph answers with. */
  readonly wholeSeconds?: true;
  readonly min?: number;
  readonly max?: number;
  /** Most elements of a collection. */
  readonly maxItems?: number;
  /** Most UTF-16 units of a string. */
  readonly maxLength?: number;
  readonly default?: boolean | number | string | readonly string[];
  readonly description?: string;
}

export interface StructuredTypeDeclaration {
  readonly kind: 'entity' | 'complex';
  readonly base?: string;
  readonly abstract?: true;
  /** The type's own properties in wire order, without those of its base. */
  readonly properties: Readonly<Record<string, PropertyDeclaration>>;
  /** Properties Graph once had. Clients still send them; they are accepted and dropped. */
  readonly retired?: readonly string[];
}

export interface EnumDeclaration {
  /** Several members may be joined by commas. */
  readonly flags?: true;
  readonly members: readonly { readonly name: string; readonly value?: number }[];
}

/** What `scripts/generate-graph-model.ts` writes to `v1.0.json` and `beta.json`. */
export interface ModelDocument {
  readonly version: GraphVersion;
  readonly types: Readonly<Record<string, StructuredTypeDeclaration>>;
  readonly enums: Readonly<Record<string, EnumDeclaration>>;
  /** Types Graph derives from served ones and this server does not know, each with the served type it derives from. */
  readonly unserved: Readonly<Record<string, string>>;
}
