import { flavourOf } from './dispatch.ts';
import type { ErrorContext } from './errors.ts';

const guidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What of a request its answer has to repeat, whichever way it came in. */
export interface Exchange {
  /** Scheme and host, as the client called them. */
  readonly origin: string;
  /** From the version, with its query. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly requestId: string;
}

/** What stands below the version. */
export function targetOf(url: string): string {
  return url.replace(/^\/*[^/?]*\/*/, '');
}

export function errorContextOf({ origin, url, headers, requestId }: Exchange, date: Date): ErrorContext {
  return {
    flavour: flavourOf(targetOf(url)),
    requestId,
    clientRequestId: clientRequestId(headers) ?? requestId,
    date,
    url: origin + url,
  };
}

/** The client's own id of the request, so that both sides' logs can be laid side by side. */
export function clientRequestId(headers: Exchange['headers']): string | undefined {
  const sent = headers['client-request-id'] ?? headers['x-ms-client-request-id'];
  return typeof sent === 'string' && guidShape.test(sent) ? sent : undefined;
}

/** What every answer has beside its own headers. */
export function commonHeaders({ headers, requestId }: Pick<Exchange, 'headers' | 'requestId'>) {
  return {
    'client-request-id': clientRequestId(headers) ?? requestId,
    'strict-transport-security': 'max-age=31536000',
    'x-ms-ags-diagnostic': JSON.stringify({ ServerInfo: { DataCenter: 'Muster' } }),
  };
}
