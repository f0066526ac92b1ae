/** Text as it can stand between tags and in attributes. */
export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\r]/g, (found) => escapes[found]!);
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** An element that holds markup. */
export function tag(name: string, ...content: readonly string[]): string {
  const inner = content.join('');
  // Attributes are written behind the name.
  return inner === '' ? `<${name}/>` : `<${name}>${inner}</${name.split(' ', 1)[0]!}>`;
}

/** An element that holds text. */
export function leaf(name: string, text: string): string {
  return tag(name, escapeXml(text));
}
