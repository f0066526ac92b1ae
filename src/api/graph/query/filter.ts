import { refuse } from '../violation.ts';
import type { Comparison, Filter, PropertyPath } from './ast.ts';
import { literalFor, resolvePath, typesNamed, type Scope } from './check.ts';
import {
  cursorOver,
  expectMark,
  parseNames,
  peek,
  take,
  takeMark,
  takeWord,
  unexpected,
  unexpectedToken,
  type Cursor,
} from './cursor.ts';
import type { Token } from './tokens.ts';

const deepest = 50;
const comparisons = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const satisfies readonly Comparison[];
const mirrored: Readonly<Record<Comparison, Comparison>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  ge: 'le',
  lt: 'gt',
  le: 'ge',
};
const textTests = ['startswith', 'endswith', 'contains'] as const;

/**
 * Reads the text of `$filter`: `and`, `or`, `not`, parentheses, the six comparisons of a property with a constant, `in`,
 * `startswith`, `endswith`, `contains`, `isof`. Throws `invalidInput` for anything else, naming what it is.
 *
 * https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_SystemQueryOptionfilter
 */
export function parseFilter(scope: Scope, text: string): Filter {
  const cursor = cursorOver(scope, text);
  const filter = parseOr(cursor, 0);
  if (peek(cursor).kind !== 'end') throw unexpected(cursor, "'and', 'or' or the end");
  return filter;
}

function parseOr(cursor: Cursor, depth: number): Filter {
  return joined('or', cursor, () => joined('and', cursor, () => parseUnary(cursor, depth)));
}

function joined(kind: 'and' | 'or', cursor: Cursor, parseOperand: () => Filter): Filter {
  const operands = [parseOperand()];
  while (takeWord(cursor, [kind])) operands.push(parseOperand());
  return operands.length === 1 ? operands[0]! : { kind, operands };
}

function parseUnary(cursor: Cursor, depth: number): Filter {
  if (depth > deepest)
    throw refuse(cursor.scope.option, `'${cursor.scope.option}' is nested deeper than ${deepest} levels.`);
  if (takeWord(cursor, ['not'])) return { kind: 'not', operand: parseUnary(cursor, depth + 1) };
  if (!takeMark(cursor, '(')) return parsePredicate(cursor);
  const inner = parseOr(cursor, depth + 1);
  expectMark(cursor, ')');
  return inner;
}

function parsePredicate(cursor: Cursor): Filter {
  const first = peek(cursor);
  if (isLiteral(first)) return literalFirst(cursor);
  if (first.kind !== 'word') throw unexpected(cursor, 'a property, a function or a value');
  const names = parseNames(cursor);
  if (peek(cursor).kind === '(') return parseCall(cursor, names);
  const path = resolvePath(cursor.scope, names);
  const operator = takeWord(cursor, comparisons);
  if (operator)
    return {
      kind: 'compare',
      path,
      operator,
      value: literalFor(cursor.scope, path, operator, constant(cursor)),
    };
  if (takeWord(cursor, ['in'])) return parseIn(cursor, path);
  if (path.type === 'Edm.Boolean') return { kind: 'property', path };
  throw unexpected(cursor, 'a comparison such as eq');
}

/** `5 lt version`, `true`. */
function literalFirst(cursor: Cursor): Filter {
  const token = take(cursor);
  const operator = takeWord(cursor, comparisons);
  if (operator) {
    const path = resolvePath(cursor.scope, parseNames(cursor));
    return {
      kind: 'compare',
      path,
      operator: mirrored[operator],
      value: literalFor(cursor.scope, path, mirrored[operator], token),
    };
  }
  if (token.kind === 'word' && token.value !== 'null')
    return { kind: 'constant', value: token.value === 'true' };
  throw unexpected(cursor, 'a comparison such as eq');
}

function parseIn(cursor: Cursor, path: PropertyPath): Filter {
  expectMark(cursor, '(');
  const values = [literalFor(cursor.scope, path, 'in', constant(cursor))];
  while (takeMark(cursor, ',')) values.push(literalFor(cursor.scope, path, 'in', constant(cursor)));
  expectMark(cursor, ')');
  return { kind: 'in', path, values };
}

function parseCall(cursor: Cursor, names: readonly string[]): Filter {
  const name = names.join('/').toLowerCase();
  const test = textTests.find((known) => known === name);
  if (test) return parseTextTest(cursor, test);
  if (name === 'isof') return parseIsof(cursor);
  const supported = [...textTests, 'isof'].join(', ');
  const { scope } = cursor;
  throw refuse(
    scope.option,
    `The function '${names.join('/')}' is not supported in '${scope.option}'. Supported are: ${supported}.`,
  );
}

function parseTextTest(cursor: Cursor, test: (typeof textTests)[number]): Filter {
  expectMark(cursor, '(');
  const path = resolvePath(cursor.scope, parseNames(cursor));
  if (path.type !== 'Edm.String') {
    throw refuse(cursor.scope.option, `'${test}' takes a property of type 'Edm.String', not '${path.type}'.`);
  }
  expectMark(cursor, ',');
  const token = take(cursor);
  if (token.kind !== 'string') throw unexpectedToken(cursor, token, 'a string in quotes');
  expectMark(cursor, ')');
  return { kind: 'text', test, path, value: token.value };
}

/** `isof('microsoft.graph.x')`, `isof(microsoft.graph.x)`, `isof(target,'microsoft.graph.x')`. */
function parseIsof(cursor: Cursor): Filter {
  expectMark(cursor, '(');
  const first = parseNameOrString(cursor);
  const second = takeMark(cursor, ',') ? parseNameOrString(cursor) : undefined;
  expectMark(cursor, ')');
  const path = second === undefined ? undefined : resolvePath(cursor.scope, first.split('/'));
  return { kind: 'isof', path, types: typesNamed(cursor.scope, second ?? first) };
}

function parseNameOrString(cursor: Cursor): string {
  const token = peek(cursor);
  if (token.kind !== 'string') return parseNames(cursor).join('/');
  cursor.next++;
  return token.value;
}

function constant(cursor: Cursor): Token {
  const token = take(cursor);
  if (isLiteral(token)) return token;
  throw unexpectedToken(
    cursor,
    token,
    'a constant: a property is compared with a string, number, date, true, false or null',
  );
}

function isLiteral(token: Token): boolean {
  if (token.kind === 'word')
    return token.value === 'null' || token.value === 'true' || token.value === 'false';
  return 'value' in token;
}
