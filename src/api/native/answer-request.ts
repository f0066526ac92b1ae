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
  services: InProcessServices & Pick<Given, 'permissionsOf' | 'publicUrl' | 'appleCommands'>,
  request: ApiRequest,
): Promise<ApiAnswer> {
  const { permissionsOf, publicUrl, appleCommands } = services;
  return answer(
    services,
    { permissionsOf, publicUrl, appleCommands, documents: documentReader(), planning: undefined },
    request,
  );
}
