import type { FastifyInstance } from 'fastify';
import { readJsonBody } from '../kernel/http.ts';

/** Takes strict JSON (see `parseJson`) of at most `limit` bytes, and no other body. */
export function acceptJson(server: FastifyInstance, limit: number): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer', bodyLimit: limit },
    async (_request: unknown, body: Buffer) => readJsonBody(body),
  );
}
