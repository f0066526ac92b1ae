import type { FastifyRequest } from 'fastify';
import { Type, type TObject } from 'typebox';
import { readIfMatch } from '../kernel/etag.ts';
import { Fault } from '../kernel/fault.ts';
import { validator } from '../kernel/schema.ts';
import type { Dialect, SentQuery } from './dialect.ts';
import type { EndpointOf, EndpointRequest } from './endpoint.ts';
import { readForm } from './form.ts';

type Input = Omit<EndpointRequest<TObject, TObject, TObject>, 'read' | 'change'>;

/** Makes the function that reads a request by an operation's schemas. Faults: `invalidInput`, and those of `readForm`. */
export function inputReader<Given, Own>(
  endpoint: EndpointOf<Given, Own>,
  { closedBodies, readQuery = (query) => query }: Dialect<Given, Own>,
): (request: FastifyRequest) => Promise<Input> {
  const path = validator(endpoint.path);
  const query = validator(closed(endpoint.query));
  const body = endpoint.body && validator(closedBodies ? closed(endpoint.body) : endpoint.body);

  return async (request) => {
    const form = endpoint.consumes === 'multipart' ? await readForm(request) : undefined;
    if (body && !form && request.body === undefined) {
      throw new Fault('invalidInput', 'The body is missing; send a JSON object.');
    }
    return {
      path: path.readText(request.params),
      query: query.readText(readQuery(request.query as SentQuery)),
      body: body ? (form ? body.readText(form.fields) : body.read(request.body)) : {},
      upload: form?.upload,
      ifMatch: readIfMatch(request.headers['if-match']),
    };
  };
}

/** A property or parameter that the operation does not have is refused by name, never ignored. */
function closed(schema: TObject): TObject {
  return Type.Object(schema.properties, { additionalProperties: false });
}
