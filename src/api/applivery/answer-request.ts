import {
  requestAnswerer,
  type ApiAnswer,
  type ApiRequest,
  type InProcessServices,
} from '../../http/index.ts';
import { api } from './api.ts';
import type { Given } from './endpoint.ts';
import { gatheredReads } from './gathered-reads.ts';

const answer = requestAnswerer(api);

/** Answers a request of the Applivery API inside the process. */
export function answerAppliveryRequest(
  services: InProcessServices & Pick<Given, 'commandMakers' | 'publicUrl'>,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const { commandMakers, publicUrl, database } = services;
  return answer(services, { gathered: gatheredReads(database), commandMakers, publicUrl }, request);
}
