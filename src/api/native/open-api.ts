import { Type } from 'typebox';
import { describedProblem as problem } from '../../http/index.ts';
import type { Endpoint } from './endpoint.ts';

/** What the generated OpenAPI document has of an operation beside its input. */
export function describe(endpoint: Endpoint): object {
  return {
    operationId: endpoint.name,
    response: {
      ...success(endpoint),
      400: problem('Invalid input'),
      401: problem('No token, or not a valid one'),
      403: problem('The token lacks the permission'),
      404: problem('There is no such thing in this organization'),
      ...(endpoint.method !== 'GET' && { 409: problem('It exists already, is in use, or has changed') }),
      ...(endpoint.outdated !== undefined && { 409: problem(endpoint.outdated) }),
      ...(endpoint.method !== 'GET' && { 412: problem('It is not what If-Match names any more') }),
    },
  };
}

function success({ name, data }: Endpoint): Record<number, unknown> {
  const done = { 204: { description: 'Done', type: 'null' } };
  if (Type.IsUndefined(data)) return done;
  const status = name.startsWith('create') ? 201 : 200;
  if (Type.IsUnion(data) && data.anyOf.some(Type.IsUndefined)) {
    const told = data.anyOf.find((one) => !Type.IsUndefined(one));
    return { [status]: { description: 'Done', ...told }, ...done };
  }
  return { [status]: { description: 'Done', ...data } };
}
