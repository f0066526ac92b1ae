import { Type, type Static } from 'typebox';
import { validator } from '../../kernel/schema.ts';
import type { GraphAnswer } from './dispatch.ts';
import { refusal, refuse, violation, type GraphViolation } from './violation.ts';

/** https://learn.microsoft.com/graph/json-batching: "currently limited to 20 individual requests" */
const mostRequests = 20;

const ItemId = Type.Union([Type.String({ minLength: 1, maxLength: 128 }), Type.Integer()]);
const Payload = Type.Object({
  requests: Type.Array(
    Type.Object({
      id: ItemId,
      method: Type.String({ minLength: 1, maxLength: 16 }),
      url: Type.String({ minLength: 1 }),
      headers: Type.Optional(Type.Record(Type.String(), Type.String())),
      body: Type.Optional(Type.Unknown()),
      dependsOn: Type.Optional(Type.Array(ItemId, { maxItems: mostRequests })),
    }),
    { minItems: 1, maxItems: mostRequests },
  ),
});
const payload = validator(Payload);

/** One request of a batch. */
export interface BatchItem {
  readonly id: string;
  /** In upper case. */
  readonly method: string;
  /** Below the version, with its query string. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Items that must have succeeded before this one is run. */
  readonly dependsOn: readonly string[];
}

interface BatchResponse {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Reads a batch. Some clients number their requests with JSON numbers. Throws `invalidInput` when it cannot be run as a whole. */
export function readBatch(json: unknown): BatchItem[] {
  const items = payload.read(json).requests.map(itemOf);
  const violations: GraphViolation[] = [];
  const ids = new Set<string>();
  for (const [index, { id, dependsOn }] of items.entries()) {
    const path = `requests[${index}]`;
    if (ids.has(id)) violations.push(violation(`${path}.id`, `The request id '${id}' is used twice.`));
    ids.add(id);
    const unknown = dependsOn.find((other) => !items.some((item) => item.id === other));
    if (unknown !== undefined)
      violations.push(violation(`${path}.dependsOn`, `There is no request '${unknown}' to depend on.`));
  }
  const [first, ...rest] = violations;
  if (first) throw refusal([first, ...rest]);
  return inOrder(items);
}

function itemOf(item: Static<typeof Payload>['requests'][number]): BatchItem {
  const headers = Object.entries(item.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    id: String(item.id),
    method: item.method.toUpperCase(),
    url: item.url.replace(/^\/+/, ''),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: item.body,
    dependsOn: (item.dependsOn ?? []).map(String),
  };
}

/** Each item behind those that it depends on. */
function inOrder(items: readonly BatchItem[]): BatchItem[] {
  const ordered: BatchItem[] = [];
  let waiting = [...items];
  while (waiting.length > 0) {
    const ready = waiting.find(({ dependsOn }) =>
      dependsOn.every((id) => ordered.some((item) => item.id === id)),
    );
    if (!ready) {
      const names = waiting.map(({ id }) => `'${id}'`).join(', ');
      throw refusal([violation('requests', `The requests ${names} wait for each other.`)]);
    }
    ordered.push(ready);
    waiting = waiting.filter((item) => item !== ready);
  }
  return ordered;
}

/** A body is JSON and says so, as the documentation demands of it. Throws `invalidInput`. */
export function requireJson({ headers, body }: BatchItem): void {
  if (body === undefined || /^application\/json\b/i.test(headers['content-type'] ?? '')) return;
  throw refuse('headers', "A request with a body needs the header 'Content-Type: application/json'.");
}

/**
 * Runs the items one after the other, each in a transaction of its own, and answers for every one of them. What depends on a request
 * that failed is not run.
 */
export async function runBatch(
  items: readonly BatchItem[],
  run: (item: BatchItem) => Promise<GraphAnswer>,
  failedDependency: (item: BatchItem) => GraphAnswer,
): Promise<{ responses: BatchResponse[] }> {
  const responses = new Map<string, BatchResponse>();
  for (const item of items) {
    const isBlocked = item.dependsOn.some((id) => responses.get(id)!.status >= 400);
    responses.set(item.id, responseOf(item, isBlocked ? failedDependency(item) : await run(item)));
  }
  return { responses: [...responses.values()] };
}

function responseOf({ id }: BatchItem, { status, headers, body }: GraphAnswer): BatchResponse {
  const isJson = headers['content-type']?.startsWith('application/json') ?? false;
  return {
    id,
    status,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [canonicalName(name), value])),
    ...(body !== undefined && { body: isJson ? (JSON.parse(body) as unknown) : body }),
  };
}

/** Clients look headers up in the spelling that Graph gives them. */
function canonicalName(name: string): string {
  if (name === 'etag') return 'ETag';
  return name.replaceAll(/(^|-)(odata|[a-z])/g, (_, dash: string, start: string) =>
    start === 'odata' ? `${dash}OData` : dash + start.toUpperCase(),
  );
}
