/** A node's path as the protocol writes it, and the text that all spellings of the path share. */
export interface LocUri {
  readonly locUri: string;
  readonly key: string;
}

/** Most paths: devices report thousands of them, and taking each apart would be most of the work of looking at one device. */
const inOneWay = /^\.(?!\/vendor(?:\/|$))(?:\/[\w.!~*'()-]+)+$/i;

/**
 * Writes a Windows node's path in its one way: `./` in front, no blanks around segments, `./Vendor/…` as `./Device/Vendor/…`, everything
 * but unreserved characters percent-encoded. Nodes are the same when their paths differ in case only, so the key is in lower case.
 * @see https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support
 */
export function normaliseLocUri(text: string): LocUri {
  if (inOneWay.test(text)) return { locUri: text, key: text.toLowerCase() };
  const segments = text
    .toWellFormed()
    .split('/')
    .map((segment) => encodeURIComponent(decoded(segment).trim()))
    .filter((segment, index) => segment !== '' && !(index === 0 && segment === '.'));
  if (segments[0]?.toLowerCase() === 'vendor') segments.unshift('Device');
  const locUri = ['.', ...segments].join('/');
  return { locUri, key: locUri.toLowerCase() };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A percent sign that encodes nothing stands for itself.
    return segment;
  }
}
