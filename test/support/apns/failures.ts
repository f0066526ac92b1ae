import { constants, type ServerHttp2Stream } from 'node:http2';
import { statusOfReason, type ApnsReason } from './reasons.ts';

/** What the next requests come to, in place of what is right. */
export type ApnsFailure =
  /** One of Apple's answers. */
  | { readonly reason: ApnsReason; readonly timestamp?: Date; readonly retryAfter?: string }
  /** An answer that is not Apple's. */
  | { readonly status: number; readonly body: string }
  /**
   * The connection is ended by GOAWAY. Without an error code it is a clean end: requests from this one on are not processed, and those
   * before it get their answers.
   */
  | { readonly goAway: ApnsReason | undefined; readonly errorCode?: number }
  /** Nothing is ever answered. */
  | 'silence'
  /** The server says that it has not looked at the request (RFC 9113, 8.7). */
  | 'refusedStream'
  | 'resetStream'
  | 'resetConnection';

export function answerReason(
  stream: ServerHttp2Stream,
  {
    reason,
    timestamp,
    retryAfter,
  }: { readonly reason: ApnsReason; readonly timestamp?: Date; readonly retryAfter?: string },
  apnsId: string,
): void {
  stream.respond({
    ':status': statusOfReason[reason],
    'apns-id': apnsId,
    ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  });
  stream.end(JSON.stringify({ reason, ...(timestamp ? { timestamp: timestamp.getTime() } : {}) }));
}

export function failStream(stream: ServerHttp2Stream, failure: ApnsFailure, apnsId: string): void {
  if (failure === 'silence') return;
  if (failure === 'refusedStream') return stream.close(constants.NGHTTP2_REFUSED_STREAM);
  if (failure === 'resetStream') return stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  if (failure === 'resetConnection') return stream.session?.destroy();
  if ('reason' in failure) return answerReason(stream, failure, apnsId);
  if ('status' in failure) {
    stream.respond({ ':status': failure.status });
    return void stream.end(failure.body);
  }
  const { goAway: reason, errorCode = constants.NGHTTP2_NO_ERROR } = failure;
  const data = reason && Buffer.from(JSON.stringify({ reason, timestamp: Date.UTC(2026, 0, 1) }));
  stream.session?.goaway(errorCode, (stream.id ?? 0) - 2, data || undefined);
  // GOAWAY cannot say that nothing at all was processed: Node takes 0 for "everything so far".
  stream.close(constants.NGHTTP2_REFUSED_STREAM);
  stream.session?.close();
}
