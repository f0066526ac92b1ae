/** Comments and CDATA, which hide tags, and the tags that matter. Each alternative ends at a fixed place, so that no input is slow. */
const tokens =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<(\/?)(dict|array|key|string)(?:\s[^<>]*?)?(\/?)>/g;

/**
 * The outermost `PayloadIdentifier` of an XML property list; undefined when there is none. It is found in a signed profile too, whose
 * bytes hold the list as it is. It does not validate: a profile is delivered as it is, whatever is found.
 */
export function profileIdentifier(bytes: Buffer): string | undefined {
  const start = bytes.indexOf('<plist');
  const end = bytes.indexOf('</plist', start);
  if (start < 0 || end < 0) return undefined;
  const text = bytes.toString('utf8', start, end);
  let depth = 0;
  let key: string | undefined;
  for (const token of text.matchAll(tokens)) {
    const [whole, closing, name, selfClosing] = token;
    if (name === undefined || selfClosing) continue;
    if (name === 'dict' || name === 'array') depth += closing ? -1 : 1;
    else if (depth === 1 && !closing) {
      const from = token.index + whole.length;
      const to = text.indexOf(`</${name}`, from);
      if (to < 0) return undefined;
      if (name === 'key') key = contentOf(text.slice(from, to));
      else if (key === 'PayloadIdentifier') return contentOf(text.slice(from, to)) || undefined;
    }
  }
  return undefined;
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function contentOf(xml: string): string {
  return xml
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replaceAll(
      /<!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|&(lt|gt|amp|quot|apos);|&#(\d{1,7}|x[0-9a-fA-F]{1,6});/g,
      (whole, cdata?: string, entity?: string, number?: string) => {
        if (number === undefined) return cdata ?? entities[entity!]!;
        const code = Number(number.replace(/^x/, '0x'));
        return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
      },
    )
    .trim();
}
