import { request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import { whyNoAnswer } from '../kernel/no-answer.ts';
import type { Secret } from '../kernel/secret.ts';

export interface ServerAnswer {
  readonly status: number;
  readonly etag: string | undefined;
  /** Undefined when there is none, or it is no JSON. */
  readonly body: unknown;
}

/** The server, as the agent of one device calls it. Rejects when no answer comes. */
export interface Server {
  send(
    method: 'GET' | 'POST',
    path: string,
    options: { readonly body?: object; readonly etag?: string | undefined; readonly signal: AbortSignal },
  ): Promise<ServerAnswer>;
}

const prefix = '/mdm/agent/v1';
/** Milliseconds in which nothing is heard. */
const patience = 30_000;
const largestAnswer = 16 * 1024 * 1024;

/** `authorities`: PEM of whom the server's certificate must be, in place of those that the system trusts. */
export function serverAt(
  origin: URL,
  { token, authorities, userAgent }: { token: Secret; authorities: string | undefined; userAgent: string },
): Server & Disposable {
  const isPlain = origin.protocol === 'http:';
  const connections = isPlain
    ? undefined
    : new Agent({ keepAlive: true, ...(authorities !== undefined && { ca: authorities }) });
  return {
    [Symbol.dispose]: () => connections?.destroy(),
    send: (method, path, { body, etag, signal }) =>
      new Promise((resolve, reject) => {
        const text = body && JSON.stringify(body);
        const sent = (isPlain ? plainRequest : request)(
          new URL(prefix + path, origin),
          {
            method,
            signal,
            timeout: patience,
            ...(connections && { agent: connections }),
            headers: {
              authorization: `Bearer ${token.reveal()}`,
              'user-agent': userAgent,
              accept: 'application/json',
              ...(etag !== undefined && { 'if-none-match': etag }),
              ...(text !== undefined && {
                'content-type': 'application/json',
                'content-length': Buffer.byteLength(text),
              }),
            },
          },
          (answer) => {
            const chunks: Buffer[] = [];
            let size = 0;
            answer.on('data', (chunk: Buffer) => {
              size += chunk.length;
              if (size > largestAnswer)
                sent.destroy(new Error(`The answer has more than ${largestAnswer} octets.`));
              else chunks.push(chunk);
            });
            answer.once('error', reject);
            answer.once('end', () =>
              resolve({
                status: answer.statusCode!,
                etag: answer.headers.etag,
                body: parsed(Buffer.concat(chunks).toString()),
              }),
            );
          },
        );
        sent.once('timeout', () =>
          sent.destroy(new Error(`Nothing was heard for ${patience / 1_000} seconds.`)),
        );
        sent.once('error', (error) => reject(new Error(whyNoAnswer(error), { cause: error })));
        sent.end(text);
      }),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
