import { Fault } from '../../../kernel/fault.ts';
import { isBinaryPlist, parsePlist } from '../../../kernel/plist/parse-plist.ts';
import { isPlistDict, type PlistDict, type PlistValue } from '../../../kernel/plist/plist-value.ts';
import { signedContent } from './signed-content.ts';

/**
 * The outermost dictionary of a profile, signed or not; undefined when there is none, or the property list cannot be read. Nothing is
 * validated: a profile is delivered as it is, whatever is found.
 */
export function profileDictionary(bytes: Buffer): PlistDict | undefined {
  const list = readable(listIn(signedContent(bytes) ?? bytes));
  return list !== undefined && isPlistDict(list) ? list : undefined;
}

/** The outermost `PayloadIdentifier` of a profile, without space around it; undefined when it cannot be found. */
export function profileIdentifier(bytes: Buffer): string | undefined {
  const identifier = profileDictionary(bytes)?.['PayloadIdentifier'];
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
