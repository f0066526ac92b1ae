import {
  requestAnswerer,
  type ApiAnswer,
  type ApiRequest,
  type InProcessServices,
} from '../../http/index.ts';
import { documentReader } from '../../policies/index.ts';
import { api } from './api.ts';
import type { Given } from './endpoint.ts';

const answer = requestAnswerer(api);

/** Answers a request of Muster's own API inside the process. */
export function answerNativeRequest(
  services: InProcessServices & Pick<Given, 'permissionsOf' | 'publicUrl' | 'commandMakers'>,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const { permissionsOf, publicUrl, commandMakers } = services;
  return answer(
    services,
    { permissionsOf, publicUrl, commandMakers, documents: documentReader(), planning: undefined },
    request,
  );
}
