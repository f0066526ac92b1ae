import type { FastifyReply } from 'fastify';

/** An answer before it is sent. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; undefined is no body. */
  readonly body: unknown;
}

const contentType = { 'content-type': 'application/json; charset=utf-8' };

export function jsonAnswer(status: number, body: unknown, headers: Answer['headers'] = {}): Answer {
  return { status, headers: body === undefined ? headers : { ...contentType, ...headers }, body };
}

export function sendAnswer(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
