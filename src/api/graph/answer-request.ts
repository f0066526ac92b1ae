import {
  answerInside,
  refuseNul,
  type ApiAnswer,
  type ApiRequest,
  type InProcessServices,
} from '../../http/index.ts';
import type { Json } from '../../kernel/json.ts';
import { dispatch, failureAnswer, type GraphAnswer, type GraphServices } from './dispatch.ts';
import { commonHeaders, errorContextOf, targetOf } from './exchange.ts';
import { gatheredReads } from './gathered-reads.ts';
import type { GraphVersion } from './model/document.ts';

interface GraphInProcessServices extends InProcessServices {
  /** Scheme and host with which the links in answers begin. */
  readonly origin: string;
  readonly commandMakers: GraphServices['commandMakers'];
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
  return apiAnswer({ ...answer, headers: { ...commonHeaders(exchange), ...answer.headers } });
}

function apiAnswer({ status, headers, body }: GraphAnswer): ApiAnswer {
  const type = headers['content-type'];
  if (body === undefined || !type?.startsWith('application/json')) return { status, headers, body };
  // The HTTP server adds it.
  const withCharset = type.includes('charset=') ? type : `${type}; charset=utf-8`;
  return { status, headers: { ...headers, 'content-type': withCharset }, body: JSON.parse(body) as Json };
}
