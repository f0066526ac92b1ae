import { Type, type Static, type TObject, type TSchema } from 'typebox';
import type { Permission, ReadContext, WriteContext } from '../tenancy/index.ts';
import type { Upload } from './form.ts';

export interface EndpointRequest<Path extends TObject, Query extends TObject, Body extends TObject> {
  readonly path: Static<Path>;
  readonly query: Static<Query>;
  /** The body without properties that the schema does not have. */
  readonly body: Static<Body>;
  /** The file of a multipart form; undefined when there is none. */
  readonly upload: Upload | undefined;
  /** Revisions that `If-Match` allows; undefined allows any. */
  readonly ifMatch: readonly number[] | undefined;
  /** Reads outside a transaction. */
  readonly read: ReadContext;
  /** Runs a change in one transaction. */
  readonly change: <Result>(work: (context: WriteContext) => Promise<Result>) => Promise<Result>;
}

export interface EndpointAnswer<Data> {
  readonly data: Data;
  /** Sent as entity tag. */
  readonly revision?: number;
  /** The id of what was created. */
  readonly created?: string;
}

interface Definition<
  Given,
  Path extends TObject,
  Query extends TObject,
  Body extends TObject,
  Data extends TSchema,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the organization, with `{name}` for parameters. */
  readonly url: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Of several, the caller needs all. */
  readonly permission: Permission | readonly Permission[];
  readonly path?: Path;
  readonly query?: Query;
  /** Left out where the operation takes no body. */
  readonly body?: Body;
  /** How the body is sent; JSON unless said otherwise. */
  readonly consumes?: 'json' | 'multipart';
  /** What the answer tells; `Type.Undefined()` for nothing. */
  readonly data: Data;
  readonly handle: (
    request: EndpointRequest<Path, Query, Body> & Given,
  ) => Promise<EndpointAnswer<Static<Data>>>;
}

/**
 * One operation of an API: who may call it, what goes in and out. Routing, authorisation, validation, OpenAPI and the contract tests
 * follow from it. `Given` is what the API's handlers get beside the request, `Own` what only this API says of an operation.
 */
export type EndpointOf<Given, Own> = Omit<
  Definition<Given, TObject, TObject, TObject, TSchema>,
  'path' | 'query'
> &
  Own & { readonly path: TObject; readonly query: TObject };

export function permissionsOf({ permission }: Pick<EndpointOf<unknown, unknown>, 'permission'>) {
  return typeof permission === 'string' ? [permission] : permission;
}

const nothing = Type.Object({});

/** Makes the function by which an API declares its operations, with everything that follows from their types. */
export function endpointsOf<Given, Own>() {
  return <
    Data extends TSchema,
    Path extends TObject = typeof nothing,
    Query extends TObject = typeof nothing,
    Body extends TObject = typeof nothing,
  >(
    definition: Definition<Given, Path, Query, Body, Data> & Own,
  ): EndpointOf<Given, Own> => {
    const { path = nothing, query = nothing, handle } = definition;
    return { ...definition, path, query, handle };
  };
}
