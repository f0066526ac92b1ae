import {
  requestAnswerer,
  type ApiAnswer,
  type ApiRequest,
  type InProcessServices,
} from '../../http/index.ts';
import { api } from './api.ts';
import { gatheredReads } from './gathered-reads.ts';

const answer = requestAnswerer(api);

/** Answers a request of the Applivery API inside the process. */
export function answerAppliveryRequest(services: InProcessServices, request: ApiRequest): Promise<ApiAnswer> {
  return answer(services, { gathered: gatheredReads(services.database) }, request);
}
