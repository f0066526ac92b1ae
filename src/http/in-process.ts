import { endsTransaction, transact, type Transaction } from '../database/index.ts';
import { Fault } from '../kernel/fault.ts';
import type { Json } from '../kernel/json.ts';
import type { Caller, ChangeServices } from '../tenancy/index.ts';
import { asSent } from './answer-endpoint.ts';
import type { Answer } from './answer.ts';
import type { Api } from './api.ts';
import { routeNotFound } from './fault-handler.ts';
import { faultOf } from './fault-of.ts';
import { methodNotAllowed } from './other-methods.ts';
import { pathFinder, queryOf, refuseNul, segmentsOf } from './path.ts';
import { requireOrganization } from './require-organization.ts';

/** A request that is made inside the process, of a caller who is known. */
export interface ApiRequest {
  /** In upper case. */
  readonly method: string;
  /** From the root, with its query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** As `parseJson` gives it; undefined when there is none. */
  readonly body: Json | undefined;
  readonly caller: Caller;
  readonly requestId: string;
}

/** What the same request over HTTP would be answered, but for what every HTTP answer has (such as `date` and `request-id`). */
export interface ApiAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Text that is no JSON is a string. */
  readonly body: Json | undefined;
}

/** What answering inside the process takes from it. */
export interface InProcessServices extends ChangeServices {
  /** The transaction of which every request is a part. A refused one leaves nothing in it. */
  readonly database: Transaction;
  readonly checkAnswers: boolean;
  /** Told what is answered with 500. */
  readonly logBug: (error: unknown) => void;
}

/**
 * Makes the function that answers an API's requests inside the process, as `serve` does over HTTP. Throws as `answerInside` does, and the
 * fault `malformedBody` for a URL that the HTTP server does not get as far as the API with.
 */
export function requestAnswerer<Given, Own>({ dialect, paths }: Api<Given, Own>) {
  const find = pathFinder(paths);

  return async (services: InProcessServices, given: Given, request: ApiRequest): Promise<ApiAnswer> => {
    const { method, url, headers, body, caller, requestId } = request;
    const found = find(segmentsOf(url));
    const operation = found?.target.operations.find(({ endpoint }) => endpoint.method === method);
    const work = async () => {
      refuseNul(url);
      if (!found) throw routeNotFound(method, url);
      requireOrganization(dialect, caller, found.params);
      if (!operation) {
        const served = found.target.operations.map(({ endpoint }) => endpoint.method);
        throw methodNotAllowed(method, served);
      }
      const { checkAnswers } = services;
      return operation.answer(
        { services, given, checkAnswers },
        { url, params: found.params, query: queryOf(url), headers, body, readForm, caller, requestId },
      );
    };
    const answer = await answerInside(services, work, (error) => {
      const fault = faultOf(error);
      const answered = dialect.answerFault(fault, operation?.endpoint);
      if (fault?.code !== 'methodNotAllowed') return answered;
      return { ...answered, headers: { ...answered.headers, allow: fault.accepted.join(', ') } };
    });
    return apiAnswerOf({ ...answer, headers: { ...dialect.headers, ...answer.headers } });
  };
}

export function apiAnswerOf({ status, headers, body }: Answer): ApiAnswer {
  return { status, headers, body: asSent(body) };
}

async function readForm(): Promise<never> {
  throw new Fault(
    'unsupportedMediaType',
    'A form with a file cannot be sent here; send it to its own URL as multipart/form-data.',
  );
}

/**
 * Answers a request as a part of the transaction that is open, undone when `work` throws. What ends the transaction as a whole is thrown:
 * only whoever opened it can run it again.
 */
export async function answerInside<Answered>(
  { database, logBug }: InProcessServices,
  work: () => Promise<Answered>,
  answerError: (error: unknown) => Answered,
): Promise<Answered> {
  try {
    return await transact(database, work);
  } catch (error) {
    if (endsTransaction(error)) throw error;
    if (!faultOf(error)) logBug(error);
    return answerError(error);
  }
}
