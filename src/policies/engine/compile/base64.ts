/** The bytes of Base64 text; undefined when it is not Base64. */
export function bytesOfBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // The decoder skips what it does not know; writing the bytes again shows whether it did.
  return bytes.toString('base64') === text.replaceAll(/\s/g, '') ? bytes : undefined;
}

/** The UTF-8 text that Base64 text holds, without a byte order mark; undefined when it is not Base64 or not UTF-8. */
export function textOfBase64(text: string): string | undefined {
  const bytes = bytesOfBase64(text);
  if (!bytes) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
