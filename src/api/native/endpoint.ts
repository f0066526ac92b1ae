import { Type, type Static, type TObject, type TSchema } from 'typebox';
import type { ChangeServices, Permission, ReadContext, WriteContext } from '../../tenancy/index.ts';

export interface NativeServices extends ChangeServices {
  /** The permissions that a name stands for, Muster's own or one of a dialect that the server speaks; none for an unknown name. */
  readonly permissionsOf: (name: string) => readonly Permission[];
}

interface EndpointRequest<Path extends TObject, Query extends TObject, Body extends TObject> {
  readonly path: Static<Path>;
  readonly query: Static<Query>;
  readonly body: Static<Body>;
  /** Revisions that `If-Match` allows; undefined allows any. */
  readonly ifMatch: readonly number[] | undefined;
  readonly permissionsOf: NativeServices['permissionsOf'];
  /** Reads outside a transaction. */
  readonly read: ReadContext;
  /** Runs a change in one transaction. */
  readonly change: <Result>(work: (context: WriteContext) => Promise<Result>) => Promise<Result>;
}

export interface EndpointAnswer<Data> {
  readonly data: Data;
  /** Sent as entity tag. */
  readonly revision?: number;
  /** The id that a creation answers with: `Location` is made of it. */
  readonly created?: string;
}

interface Definition<
  Path extends TObject,
  Query extends TObject,
  Body extends TObject,
  Data extends TSchema,
> {
  /** With the URL unique among all operations; OpenAPI's `operationId`. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below `/api/v1/organizations/{organization}`, with `{name}` for parameters. */
  readonly url: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly permission: Permission;
  readonly path?: Path;
  readonly query?: Query;
  /** Left out where the operation takes no body. */
  readonly body?: Body;
  /** The answer's body; `Type.Undefined()` answers 204. */
  readonly data: Data;
  readonly handle: (request: EndpointRequest<Path, Query, Body>) => Promise<EndpointAnswer<Static<Data>>>;
}

/**
 * One operation of Muster's own API: who may call it, what goes in and out. Routing, authorisation, validation, OpenAPI and the
 * contract tests follow from it.
 */
export interface Endpoint extends Omit<Definition<TObject, TObject, TObject, TSchema>, 'path' | 'query'> {
  readonly path: TObject;
  readonly query: TObject;
}

const nothing = Type.Object({});

/** Declares an operation with everything that follows from its types. */
export function endpoint<
  Data extends TSchema,
  Path extends TObject = typeof nothing,
  Query extends TObject = typeof nothing,
  Body extends TObject = typeof nothing,
>(definition: Definition<Path, Query, Body, Data>): Endpoint {
  const { path, query, handle, ...rest } = definition;
  return { ...rest, path: path ?? nothing, query: query ?? nothing, handle };
}
