import type { Static, TObject, TSchema } from 'typebox';
import type { Agent } from '../../devices/agents/index.ts';
import type { DocumentReader } from '../../policies/index.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';

/** A call of the agent of one device. */
export interface AgentCall<Body extends TObject> {
  readonly agent: Agent;
  readonly body: Static<Body>;
  /** The entity tags of `If-None-Match`, without quotation marks. */
  readonly known: readonly string[];
  readonly read: ReadContext;
  readonly change: <Result>(work: (context: WriteContext) => Promise<Result>) => Promise<Result>;
  readonly documents: DocumentReader;
  readonly now: Date;
}

export interface AgentAnswer<Data> {
  /** Undefined: what the agent knows by its entity tag has not changed. */
  readonly data: Data | undefined;
  /** Without quotation marks. */
  readonly tag?: string;
}

/** One operation of the agent protocol. Routing, validation and OpenAPI follow from it. */
export interface AgentOperation {
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** Below the protocol's prefix. */
  readonly url: string;
  readonly summary: string;
  readonly description: string;
  /** Undefined where nothing is sent. */
  readonly body: TObject | undefined;
  readonly data: TSchema;
  readonly handle: (call: AgentCall<TObject>) => Promise<AgentAnswer<unknown>>;
}

/** Declares an operation, with the types of its handler following from its schemas. */
export function operation<Data extends TSchema, Body extends TObject = TObject>(
  definition: Omit<AgentOperation, 'body' | 'data' | 'handle'> & {
    readonly body?: Body;
    readonly data: Data;
    readonly handle: (call: AgentCall<Body>) => Promise<AgentAnswer<Static<Data>>>;
  },
): AgentOperation {
  const { body, handle } = definition;
  return { ...definition, body, handle };
}
