import { endpointAnswerer, type AnswerEndpoint } from './answer-endpoint.ts';
import type { Dialect } from './dialect.ts';
import type { EndpointOf } from './endpoint.ts';

/** An operation, ready to be answered. */
export interface Operation<Given, Own> {
  readonly endpoint: EndpointOf<Given, Own>;
  readonly answer: AnswerEndpoint<Given>;
}

/** An API, ready to be served over HTTP and to be asked inside the process. */
export interface Api<Given, Own> {
  readonly dialect: Dialect<Given, Own>;
  readonly paths: readonly ApiPath<Given, Own>[];
}

interface ApiPath<Given, Own> {
  /** From the root, with `{name}` for parameters. */
  readonly url: string;
  readonly operations: readonly Operation<Given, Own>[];
}

export function apiOf<Given, Own>(
  dialect: Dialect<Given, Own>,
  endpoints: readonly EndpointOf<Given, Own>[],
): Api<Given, Own> {
  const { prefix, organizations, organizationParameter } = dialect;
  const paths = [...Map.groupBy(endpoints, ({ url }) => url)].map(([url, ofUrl]) => ({
    url: `${prefix}${organizations}/{${organizationParameter}}${url}`,
    operations: ofUrl.map((endpoint) => ({ endpoint, answer: endpointAnswerer(endpoint, dialect) })),
  }));
  return { dialect, paths };
}
