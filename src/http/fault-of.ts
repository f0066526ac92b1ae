import { unavailable } from '../database/index.ts';
import { Fault } from '../kernel/fault.ts';

/** The fault behind whatever was thrown while a request was read or answered; undefined for a bug. */
export function faultOf(error: unknown): Fault | undefined {
  return error instanceof Fault ? error : (faultOfHttp(error) ?? unavailable(error));
}

/** The fault behind an error that the HTTP server itself raised while it read a request; undefined when it is another error. */
function faultOfHttp(error: unknown): Fault | undefined {
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
