import type { FastifyInstance } from 'fastify';
import { Fault } from '../kernel/fault.ts';
import { parseJson, type Json } from '../kernel/json.ts';

/** Takes strict JSON (see `parseJson`) of at most `limit` bytes, and no other body. */
export function acceptJson(server: FastifyInstance, limit: number): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer', bodyLimit: limit },
    async (_request: unknown, body: Buffer) => readJsonBody(body),
  );
}

/** Decodes a JSON body, which must be UTF-8. An empty body is undefined. Faults: `malformedBody`, `invalidInput`. */
function readJsonBody(bytes: Uint8Array): Json | undefined {
  if (bytes.length === 0) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Fault('malformedBody', 'The body is not UTF-8.');
  }
  return parseJson(text);
}
