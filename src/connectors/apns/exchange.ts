import { constants, type ClientHttp2Session } from 'node:http2';
import type { Answer } from './answer.ts';
import type { Push } from './push.ts';

/** `notProcessed`: the server has certainly not looked at the push, so that it can be sent again. */
type Exchanged = { readonly answer: Answer } | { readonly failure: unknown } | 'notProcessed' | 'givenUp';

const longestBody = 4096;

/**
 * Sends one push on a stream of its own and reads the answer. `onEnd` is called once, after this has returned how to
 * give the exchange up.
 */
export function exchange(
  session: ClientHttp2Session,
  push: Push,
  onEnd: (result: Exchanged) => void,
): () => void {
  let answer: Answer | undefined;
  let failure: unknown;
  let open = true;
  const end = (result: Exchanged) => {
    if (!open) return;
    open = false;
    onEnd(result);
  };
  let stream;
  try {
    stream = session.request(push.headers);
  } catch (error) {
    // Not at once: what waits for an end sends the next push, and they would pile up on the stack.
    process.nextTick(end, { failure: error });
    return () => end('givenUp');
  }
  stream.setEncoding('utf8');
  stream.on('response', (headers) => {
    const apnsId = headers['apns-id'];
    answer = {
      status: Number(headers[':status']),
      apnsId: typeof apnsId === 'string' ? apnsId.slice(0, 64) : undefined,
      retryAfter: headers['retry-after'],
      body: '',
    };
  });
  stream.on('data', (text: string) => {
    if (!answer) return;
    const body = `${answer.body}${text}`;
    answer = { ...answer, body };
    if (body.length <= longestBody) return;
    end({ answer: { ...answer, body: '' } });
    stream.close(constants.NGHTTP2_CANCEL);
  });
  stream.on('end', () => answer && end({ answer }));
  stream.on('error', (error) => (failure = error));
  stream.on('close', () => {
    if (answer) end({ answer });
    else end(stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? 'notProcessed' : { failure });
  });
  stream.end(push.body);
  return () => {
    end('givenUp');
    stream.destroy();
  };
}
