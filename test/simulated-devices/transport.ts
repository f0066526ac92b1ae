import { request as httpRequest, Agent as HttpAgent } from 'node:http';
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https';
import type { Identity } from './pki/asn1.ts';

export interface DeviceRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** The whole URL. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** What the device shows in the TLS handshake. */
  readonly identity?: Identity;
}

export interface DeviceResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type Transport = (request: DeviceRequest) => Promise<DeviceResponse>;

interface InjectedAnswer {
  readonly statusCode: number;
  readonly headers: SentHeaders;
  readonly rawPayload: Buffer;
}

/** Sends to a server in the same process, by what Fastify calls `inject`. */
export function inProcessTransport(
  inject: (request: {
    method: DeviceRequest['method'];
    url: string;
    headers: Record<string, string>;
    payload?: Buffer;
  }) => PromiseLike<InjectedAnswer>,
): Transport {
  return async ({ method, url, headers, body }) => {
    const answer = await inject({
      method,
      url,
      headers: { ...headers },
      ...(body && { payload: body }),
    });
    return { status: answer.statusCode, headers: headersOf(answer.headers), body: answer.rawPayload };
  };
}

type SentHeaders = Readonly<Record<string, number | string | readonly string[] | undefined>>;

function headersOf(sent: SentHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(sent).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** The type of what was answered, as it was sent; empty where there was none. */
export function contentTypeOf({ headers }: DeviceResponse): string {
  return headers['content-type'] ?? '';
}

interface HttpOptions {
  /** PEM of the authorities that are trusted beside those of the system. */
  readonly authorities?: string;
  /** Connections at once to one server. Default: 64. */
  readonly maximumSockets?: number;
  /** Milliseconds without a sign of the server after which a request fails. Default: 60,000. */
  readonly timeout?: number;
}

export interface HttpTransport extends Disposable {
  readonly send: Transport;
}

/** Sends over HTTP and HTTPS, with connections that are kept. Dispose it to close them. */
export function httpTransport(options: HttpOptions = {}): HttpTransport {
  const { maximumSockets = 64, timeout = 60_000, authorities } = options;
  const agentOptions = { keepAlive: true, maxSockets: maximumSockets };
  const plain = new HttpAgent(agentOptions);
  const secure = new HttpsAgent(agentOptions);
  const send: Transport = ({ method, url, headers, body, identity }) => {
    const isSecure = url.startsWith('https:');
    const tls = {
      ...(authorities !== undefined && { ca: authorities }),
      ...(identity && {
        cert: identity.certificate.toString(),
        key: identity.key.export({ type: 'pkcs8', format: 'pem' }),
      }),
    };
    return new Promise((resolve, reject) => {
      const sent = (isSecure ? httpsRequest : httpRequest)(
        url,
        {
          method,
          timeout,
          agent: isSecure ? secure : plain,
          headers: { ...headers, ...(body && { 'content-length': String(body.length) }) },
          ...(isSecure && tls),
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer
            .on('data', (chunk: Buffer) => chunks.push(chunk))
            .once('error', reject)
            .once('end', () =>
              resolve({
                status: answer.statusCode!,
                headers: headersOf(answer.headers),
                body: Buffer.concat(chunks),
              }),
            );
        },
      );
      sent.once('error', reject);
      sent.once('timeout', () => sent.destroy(new Error(`no answer from ${url} in ${timeout} ms`)));
      sent.end(body);
    });
  };
  return {
    send,
    [Symbol.dispose]() {
      plain.destroy();
      secure.destroy();
    },
  };
}
