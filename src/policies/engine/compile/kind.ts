import type { Id } from '../../../kernel/id.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import type { CombineRule } from '../combine.ts';
import type { NotApplicable, Setting, System } from '../setting.ts';

/** What is known of a Windows node, by its key (see `normaliseLocUri`): from a catalogue or an imported DDF file. */
export type WindowsNodes = (
  key: string,
) => { readonly title?: string; readonly combine?: CombineRule } | undefined;

export interface CompileContext {
  readonly policyId: Id;
  readonly nodes: WindowsNodes;
}

export interface Compiled {
  /** Lists in the order of the document; nothing else of a document has an order. */
  readonly settings: readonly Setting[];
  readonly notApplicable: readonly NotApplicable[];
}

/** How the documents of one kind of policy become settings. */
export interface CompiledKind {
  /** `winPolicy`, or the name of a Microsoft Graph type. */
  readonly kind: string;
  readonly systems: readonly System[];
  /** Takes any stored document of the kind. Everything that it says is in the one list or in the other. */
  readonly compile: (document: JsonObject, context: CompileContext) => Compiled;
}

/** One version of a policy as settings. */
export interface CompiledPolicy extends Compiled {
  readonly id: Id;
  readonly name: string;
  readonly version: number;
  readonly systems: readonly System[];
}
