import { Fault } from '../../../kernel/fault.ts';
import { isBinaryPlist, parsePlist } from '../../../kernel/plist/parse-plist.ts';
import { isPlistDict, type PlistValue } from '../../../kernel/plist/plist-value.ts';
import { signedContent } from './signed-content.ts';

/**
 * The outermost `PayloadIdentifier` of a property list; undefined when there is none, or the list cannot be read. It is found in a signed
 * profile too. It does not validate: a profile is delivered as it is, whatever is found.
 */
export function profileIdentifier(bytes: Buffer): string | undefined {
  const list = readable(listIn(signedContent(bytes) ?? bytes));
  if (list === undefined || !isPlistDict(list)) return undefined;
  const identifier = list['PayloadIdentifier'];
  return typeof identifier === 'string' ? identifier.trim() || undefined : undefined;
}

/** Without what is around an XML list: the XML declaration, and whatever else somebody put there. */
function listIn(bytes: Buffer): Buffer {
  const start = bytes.indexOf('<plist');
  const end = bytes.lastIndexOf('</plist>');
  return isBinaryPlist(bytes) || start < 0 || end < start
    ? bytes
    : bytes.subarray(start, end + '</plist>'.length);
}

function readable(bytes: Buffer): PlistValue | undefined {
  try {
    return parsePlist(bytes);
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
