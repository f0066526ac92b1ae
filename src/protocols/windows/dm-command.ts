/** https://www.openmobilealliance.org/tech/affiliates/syncml/syncml_metinf_v101_20010530.pdf (Format) */
export const formats = [
  'b64',
  'bin',
  'bool',
  'chr',
  'int',
  'node',
  'null',
  'xml',
  'date',
  'time',
  'float',
] as const;
export type Format = (typeof formats)[number];

/** What a command carries. */
export interface NodeData {
  readonly format: Format;
  /** MIME type; `text/plain` where nothing is said. */
  readonly type?: string;
  /** As it is before XML escapes it; empty for `null`. */
  readonly data: string;
}

/** An OMA-DM command for one node. https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support */
export type NodeCommand =
  | { readonly verb: 'Get' | 'Delete'; readonly locUri: string }
  | { readonly verb: 'Add' | 'Replace'; readonly locUri: string; readonly value: NodeData }
  | { readonly verb: 'Exec'; readonly locUri: string; readonly value?: NodeData };

/** Of which all succeed or none does. There is no Get in it, and not both `./User` and `./Device`. */
interface AtomicCommand {
  readonly verb: 'Atomic';
  readonly commands: readonly IdentifiedCommand<NodeCommand>[];
}

export type DmCommand = NodeCommand | AtomicCommand;

/** A command with its CmdID: any text, which the device gives back as CmdRef. */
export interface IdentifiedCommand<Command extends DmCommand = DmCommand> {
  readonly id: string;
  readonly command: Command;
}

/** What a device reports of a node. */
export interface ReportedNode {
  readonly locUri: string;
  /** `chr` where the device says nothing. */
  readonly format: Format;
  /** Of an interior node: the names of its children, joined by `/`, each percent-encoded. */
  readonly data: string;
}

/** What became of a command: its Status, with what a Get resulted in. The commands of an Atomic have their own. */
export interface CommandOutcome {
  readonly id: string;
  /** https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support (response codes) */
  readonly status: number;
  /** The HRESULT behind it, such as `0x86000011`. */
  readonly originalError?: string;
  readonly nodes: readonly ReportedNode[];
}

/** A node below `./User` is there only while the user is signed in. */
export function isOfUser(locUri: string): boolean {
  return /^\.\/user(\/|$)/i.test(locUri);
}
