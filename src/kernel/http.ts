import { Fault } from './fault.ts';
import { parseJson, type Json } from './json.ts';

/** Decodes a JSON body, which must be UTF-8. An empty body is undefined. Faults: `malformedBody`, `invalidInput`. */
export function readJsonBody(bytes: Uint8Array): Json | undefined {
  if (bytes.length === 0) return undefined;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Fault('malformedBody', 'The body is not UTF-8.');
  }
  return parseJson(text);
}

/** The fault behind an error that the HTTP server itself raised while it read a request; undefined when it is another error. */
export function faultOfHttp(error: unknown): Fault | undefined {
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return new Fault(
        'unsupportedMediaType',
        `${message ?? 'Unsupported media type'}; send application/json.`,
      );
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
    case 'FST_REQ_FILE_TOO_LARGE':
      return new Fault('payloadTooLarge', 'The body is larger than this operation accepts.');
    default:
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new Fault('malformedBody', message ?? 'The request cannot be read.')
        : undefined;
  }
}
