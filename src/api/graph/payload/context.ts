/** What an answer holds. `path` is below the service root, keys in parentheses: `deviceManagement/deviceConfigurations('1')/assignments`. */
export type ContextSubject =
  | {
      readonly kind: 'collection' | 'entity';
      readonly path: string;
      readonly select?: readonly string[];
      readonly expand?: readonly string[];
    }
  | { readonly kind: 'value'; readonly type: string };

/** The `@odata.context` of an answer. `serviceRoot` is `https://{host}/{version}`. Clients look for ids in it. */
export function odataContext(serviceRoot: string, subject: ContextSubject): string {
  const metadata = `${serviceRoot}/$metadata#`;
  if (subject.kind === 'value') return metadata + subject.type;
  const shown = [...(subject.select ?? []), ...(subject.expand ?? []).map((name) => `${name}()`)];
  const projection = shown.length > 0 ? `(${shown.join(',')})` : '';
  return `${metadata}${subject.path}${projection}${subject.kind === 'entity' ? '/$entity' : ''}`;
}

/** An entity's path below the service root: `deviceManagement/deviceConfigurations('1')`. */
export function keyedPath(collection: string, key: string): string {
  return `${collection}('${encodeURIComponent(key.replaceAll("'", "''"))}')`;
}
