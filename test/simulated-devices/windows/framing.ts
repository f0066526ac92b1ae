import { contentTypeOf, type DeviceResponse } from '../transport.ts';
import { ProtocolViolation } from './protocol-violation.ts';

/** Windows takes an answer only whole: with its length, in one piece, and not compressed. */
export function requireWhole(answer: DeviceResponse, where: string, contentType?: string): void {
  const { headers, body } = answer;
  const refuse = (problem: string) => {
    throw new ProtocolViolation(where, problem);
  };
  if (headers['transfer-encoding'] !== undefined) refuse('the answer comes in chunks');
  if (headers['content-encoding'] !== undefined) refuse('the answer is compressed');
  if (headers['content-length'] === undefined) refuse('the answer has no Content-Length');
  if (Number(headers['content-length']) !== body.length) {
    refuse(`the Content-Length is ${headers['content-length']}, and ${body.length} bytes came`);
  }
  if (contentType === undefined) return;
  const type = contentTypeOf(answer).split(';')[0]!.trim();
  if (type !== contentType) refuse(`the answer is '${type}', and must be '${contentType}'`);
}
