/** The bytes of Base64 text, in either alphabet, with or without padding and line breaks; undefined when it is not Base64. */
export function bytesOfBase64(text: string): Buffer | undefined {
  const usual = Buffer.from(text, 'base64');
  if (usual.toString('base64') === text) return usual;
  const written = text.replaceAll(/\s/g, '').replaceAll('-', '+').replaceAll('_', '/');
  const isPadded = written.endsWith('=');
  const bytes = Buffer.from(written, 'base64');
  const standard = bytes.toString('base64');
  // The decoder skips what it does not know; writing the bytes again shows whether it did.
  return written === (isPadded ? standard : standard.replace(/=+$/, '')) ? bytes : undefined;
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
