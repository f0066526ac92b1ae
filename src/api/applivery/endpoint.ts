import { Type, type Static, type TObject, type TSchema } from 'typebox';
import type { Database } from '../../database/index.ts';
import { windowsDeviceReader, type WindowsDeviceReader } from '../../policies/index.ts';
import {
  change,
  type ChangeServices,
  type Permission,
  type ReadContext,
  type Scope,
  type WriteContext,
} from '../../tenancy/index.ts';
import type { FaultOverrides } from './errors.ts';

export type AppliveryServices = ChangeServices;

/** Reads whose statements concurrent requests share. */
export interface GatheredReads {
  readonly windowsDevices: WindowsDeviceReader;
}

/** Made once per server. */
export function gatheredReads(database: Database): GatheredReads {
  return { windowsDevices: windowsDeviceReader(database) };
}

/** One uploaded file of a multipart form. */
export interface Upload {
  readonly fileName: string;
  readonly mimeType: string;
  readonly content: Buffer;
}

export interface EndpointRequest<Path extends TObject, Query extends TObject, Body extends TSchema> {
  readonly path: Static<Path>;
  readonly query: Static<Query>;
  /** The body without properties that the schema does not have. */
  readonly body: Static<Body>;
  /** Revisions that `If-Match` allows; undefined allows any. */
  readonly ifMatch: readonly number[] | undefined;
  /** The file of a multipart form; undefined when there is none. */
  readonly upload: Upload | undefined;
  /** Reads outside a transaction. */
  readonly read: ReadContext;
  readonly gathered: GatheredReads;
  /** Runs a change in one transaction. */
  readonly change: <Result>(work: (context: WriteContext) => Promise<Result>) => Promise<Result>;
}

export interface EndpointAnswer<Data> {
  readonly data: Data;
  /** Sent as entity tag. */
  readonly revision?: number;
  /** 200 unless said otherwise. */
  readonly status?: 200 | 201;
}

/**
 * One operation of the Applivery API: its path below `/v1/organizations/{organizationId}`, who may call it, what goes in and out.
 * Routing, authorisation, validation, OpenAPI and the contract tests follow from it.
 */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` for parameters. */
  readonly url: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  /** Of several, the caller needs all. */
  readonly permission: Permission | readonly Permission[];
  readonly path: TObject;
  readonly query: TObject;
  /** `Type.Never()` when the operation takes no body. */
  readonly body: TSchema;
  readonly consumes: 'json' | 'multipart' | 'nothing';
  /** The schema of `data` in the answer. */
  readonly data: TSchema;
  readonly faults: FaultOverrides;
  readonly handle: (request: EndpointRequest<TObject, TObject, TSchema>) => Promise<EndpointAnswer<unknown>>;
}

interface EndpointDefinition<
  Path extends TObject,
  Query extends TObject,
  Body extends TSchema,
  Data extends TSchema,
> {
  readonly method: Endpoint['method'];
  readonly url: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly permission: Permission | readonly Permission[];
  readonly path?: Path;
  readonly query?: Query;
  readonly body?: Body;
  readonly consumes?: Endpoint['consumes'];
  readonly data: Data;
  readonly faults?: FaultOverrides;
  readonly handle: (request: EndpointRequest<Path, Query, Body>) => Promise<EndpointAnswer<Static<Data>>>;
}

const nothing = Type.Object({});

/** Declares an operation with everything that follows from its types. */
export function endpoint<
  Data extends TSchema,
  Path extends TObject = typeof nothing,
  Query extends TObject = typeof nothing,
  Body extends TSchema = typeof nothing,
>(definition: EndpointDefinition<Path, Query, Body, Data>): Endpoint {
  return {
    ...definition,
    path: definition.path ?? nothing,
    query: definition.query ?? nothing,
    body: definition.body ?? nothing,
    consumes: definition.consumes ?? (definition.body ? 'json' : 'nothing'),
    faults: definition.faults ?? {},
    handle: definition.handle,
  };
}

/** What a handler gets to read and to change with. */
export function contexts(
  services: AppliveryServices,
  scope: Scope,
): Pick<EndpointRequest<TObject, TObject, TSchema>, 'read' | 'change'> {
  return {
    read: { db: services.database, scope },
    change: (work) => change(services, scope, work),
  };
}
