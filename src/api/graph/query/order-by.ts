import { refuse } from '../violation.ts';
import type { OrderKey } from './ast.ts';
import { resolvePath, type Scope } from './check.ts';
import { cursorOver, parseNames, peek, takeMark, takeWord, unexpected, type Cursor } from './cursor.ts';

/** Reads the text of `$orderby`: property paths, each with `asc` or `desc` or neither, commas between them. */
export function parseOrderBy(scope: Scope, text: string): OrderKey[] {
  const cursor = cursorOver(scope, text);
  const keys = [parseKey(cursor)];
  while (takeMark(cursor, ',')) keys.push(parseKey(cursor));
  if (peek(cursor).kind !== 'end') throw unexpected(cursor, "'asc', 'desc', a comma or the end");
  return keys;
}

function parseKey(cursor: Cursor): OrderKey {
  const { scope } = cursor;
  const path = resolvePath(scope, parseNames(cursor));
  if (scope.model.types.has(path.type) || path.type === 'Edm.Binary') {
    throw refuse(scope.option, `A property of type '${path.type}' cannot be sorted by in '${scope.option}'.`);
  }
  return { path, descending: takeWord(cursor, ['asc', 'desc']) === 'desc' };
}
