import {
  answerInside,
  refuseNul,
  type ApiAnswer,
  type ApiRequest,
  type InProcessServices,
} from '../../http/index.ts';
import type { Json } from '../../kernel/json.ts';
import { dispatch, failureAnswer, type GraphAnswer } from './dispatch.ts';
import { commonHeaders, errorContextOf, targetOf } from './exchange.ts';
import { gatheredReads } from './gathered-reads.ts';
import type { GraphVersion } from './model/document.ts';

export interface GraphInProcessServices extends InProcessServices {
  /** Scheme and host with which the links in answers begin. */
  readonly origin: string;
}

/** Answers a request of the Graph API inside the process; throws as `answerInside` does. */
export async function answerGraphRequest(
  services: GraphInProcessServices,
  version: GraphVersion,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const exchange = { ...request, origin: services.origin };
  const gathered = gatheredReads(services.database);
  const work = async () => {
    refuseNul(request.url);
    return dispatch({ ...services, gathered }, { ...exchange, version, target: targetOf(request.url) });
  };
  const answer = await answerInside<GraphAnswer>(services, work, (error) =>
    failureAnswer(error, errorContextOf(exchange, services.clock())),
  );
  const headers = { ...commonHeaders(exchange), ...answer.headers };
  return { status: answer.status, headers, body: bodyOf(answer) };
}

function bodyOf({ headers, body }: GraphAnswer): Json | undefined {
  const isJson = headers['content-type']?.startsWith('application/json') === true;
  return body !== undefined && isJson ? (JSON.parse(body) as Json) : body;
}
