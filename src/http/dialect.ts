import type { Fault } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { Permission } from '../tenancy/index.ts';
import type { Answer } from './answer.ts';
import type { EndpointAnswer, EndpointOf } from './endpoint.ts';

/** A query as the URL spells it. */
export type SentQuery = Readonly<Record<string, string | string[]>>;

/** What an API says in its own way. */
export interface Dialect<Given, Own> {
  /** Stands before the tags of its operations in the API reference. */
  readonly name: string;
  /** Where its paths begin; below it, unknown paths are answered in its words. */
  readonly prefix: string;
  /** Where organizations lie below the prefix, and the path parameter that names one. */
  readonly organizations: string;
  readonly organizationParameter: string;
  /** Sent with every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Largest JSON body, in bytes. */
  readonly bodyLimit: number;
  /** Largest uploaded file, in bytes; left out where nothing is uploaded. */
  readonly uploadLimit?: number;
  /** Whether a property that a body should not have is refused by name; else it is ignored. */
  readonly closedBodies: boolean;
  /** Reads an id as the path spells it. */
  readonly readId: (text: string) => Id | undefined;
  readonly permissionName: (permission: Permission) => string;
  /** The query with each list under its parameter's name, where lists are spelled otherwise. */
  readonly readQuery?: (query: SentQuery) => SentQuery;
  /** What the OpenAPI document says of an operation beside its input: its answers, at least. */
  readonly describe: (endpoint: EndpointOf<Given, Own>) => object;
  /** Answers a request for `url` that was done. */
  readonly answer: (answer: EndpointAnswer<unknown>, url: string) => Answer;
  /**
   * Answers a fault. No fault means that the server made a mistake, of which the caller is told nothing more; without `endpoint` the
   * request has not reached an operation.
   */
  readonly answerFault: (fault: Fault | undefined, endpoint: EndpointOf<Given, Own> | undefined) => Answer;
}
