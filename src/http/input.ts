import type { IncomingHttpHeaders } from 'node:http';
import { Type, type TObject } from 'typebox';
import { readIfMatch } from '../kernel/etag.ts';
import { Fault } from '../kernel/fault.ts';
import { validator } from '../kernel/schema.ts';
import type { Dialect, SentQuery } from './dialect.ts';
import type { EndpointOf, EndpointRequest } from './endpoint.ts';
import type { Form } from './form.ts';

type Input = Omit<EndpointRequest<TObject, TObject, TObject>, 'read' | 'change'>;

/** A request's input as it was sent. */
export interface SentInput {
  readonly params: unknown;
  readonly query: SentQuery;
  readonly headers: IncomingHttpHeaders;
  /** JSON; undefined when there is no body or it is a form. */
  readonly body: unknown;
  /** Reads the form of an operation that takes one. */
  readonly readForm: () => Promise<Form>;
}

/** Makes the function that reads a request by an operation's schemas. Faults: `invalidInput`, and those of `readForm`. */
export function inputReader<Given, Own>(
  endpoint: EndpointOf<Given, Own>,
  { closedBodies, readQuery = (query) => query }: Dialect<Given, Own>,
): (sent: SentInput) => Promise<Input> {
  const path = validator(endpoint.path);
  const query = validator(closed(endpoint.query));
  const body = endpoint.body && validator(closedBodies ? closed(endpoint.body) : endpoint.body);

  return async (sent) => {
    const form = endpoint.consumes === 'multipart' ? await sent.readForm() : undefined;
    if (body && !form && sent.body === undefined) {
      throw new Fault('invalidInput', 'The body is missing; send a JSON object.');
    }
    return {
      path: path.readText(sent.params),
      query: query.readText(readQuery(sent.query)),
      body: body ? (form ? body.readText(form.fields) : body.read(sent.body)) : {},
      upload: form?.upload,
      ifMatch: readIfMatch(sent.headers['if-match']),
    };
  };
}

/** A property or parameter that the operation does not have is refused by name, never ignored. */
function closed(schema: TObject): TObject {
  return Type.Object(schema.properties, { additionalProperties: false });
}
