const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Text as it can stand between tags, and in an attribute between double quotes. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\r]/g, (found) => escapes[found]!);
}
