import { answerAppliveryRequest } from './api/applivery/index.ts';
import { answerGraphRequest } from './api/graph/index.ts';
import { answerNativeRequest } from './api/native/index.ts';
import {
  apiAnswerOf,
  problemAnswer,
  routeNotFound,
  segmentsOf,
  type ApiAnswer,
  type ApiRequest,
  type InProcessServices,
} from './http/index.ts';
import { Fault } from './kernel/fault.ts';
import type { CommandMakers } from './devices/commands/index.ts';
import type { Permission } from './tenancy/index.ts';

/** What answering requests inside the process takes from it. */
export interface ApiServices extends InProcessServices {
  /** Scheme and host with which the links in Graph's answers begin. */
  readonly origin: string;
  /** Origin of the server, as devices know it. */
  readonly publicUrl: string;
  /** Make the commands that devices of an organization take. */
  readonly commandMakers: CommandMakers;
  /** The permissions that a name stands for; none for an unknown name. */
  readonly permissionsOf: (name: string) => readonly Permission[];
}

/**
 * Answers a request of any of the three APIs as a part of the transaction of `services`, one after the other: a later one sees what an
 * earlier one wrote, and one that is refused leaves nothing. Throws only what ends the transaction as a whole (see `enclose`). What is not
 * an API's resource has no answer here: Graph's batches and `$metadata`, and forms with files.
 */
export async function answerApiRequest(services: ApiServices, request: ApiRequest): Promise<ApiAnswer> {
  try {
    const path = segmentsOf(request.url);
    const [first, second] = path;
    if (first === 'api') return await answerNativeRequest(services, request);
    if (first === 'v1' && second === 'organizations') return await answerAppliveryRequest(services, request);
    if ((first === 'v1.0' || first === 'beta') && isResource(path.slice(1))) {
      return await answerGraphRequest(services, first, request);
    }
    throw routeNotFound(request.method, request.url);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return apiAnswerOf(problemAnswer(error));
  }
}

/** Whether Graph has a resource there, rather than something about the service. */
function isResource([first, ...more]: readonly string[]): boolean {
  return first !== undefined && (more.length > 0 || (first !== '$metadata' && first !== '$batch'));
}
