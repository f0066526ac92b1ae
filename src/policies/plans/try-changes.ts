import type { Transaction } from '../../database/index.ts';
import { Fault, invalidInput } from '../../kernel/fault.ts';
import { hexOfId, parseGuidId, parseHexId, type Id, type NewId } from '../../kernel/id.ts';
import type { Json, JsonObject } from '../../kernel/json.ts';
import { nothingTouched, type ChangeServices, type Scope, type Touched } from '../../tenancy/index.ts';
import type { AnswerChange, Plan, ProposedChange } from './plan.ts';

export interface TriedChanges {
  readonly touched: Touched;
  readonly changes: Plan['changes'];
  /** Every id that was given. */
  readonly newIds: readonly Id[];
}

/** Methods that change something. */
const methods: readonly string[] = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** What hands out secrets, or plans itself, cannot be a part of a plan. */
const unplannable = /^\/+api\/+v1\/+organizations\/+[^/]+\/+(tokens|applications|plans)\b/i;

/**
 * Runs changes one after the other in the transaction of `services`, each as its API would. Faults, with what its API answers: `forbidden`
 * when the caller may not make one, `invalidInput` when one is refused for another reason.
 */
export async function tryChanges(
  services: ChangeServices & { readonly database: Transaction },
  scope: Scope,
  answer: AnswerChange,
  proposed: readonly ProposedChange[],
  recordedIds: readonly (Id | null)[] = [],
): Promise<TriedChanges> {
  const touched = nothingTouched();
  const newIds: Id[] = [];
  const newId: NewId = () => {
    const id = recordedIds[newIds.length] ?? services.newId();
    newIds.push(id);
    return id;
  };
  // At one moment, so that it does not depend on the clock which of two policies is given first.
  const now = services.clock();
  const trying = {
    ...services,
    clock: () => now,
    newId,
    beforeCommit: async (context: { readonly touched: Touched }) => merge(touched, context.touched),
  };
  const changes: Plan['changes'][number][] = [];
  for (const [index, item] of proposed.entries()) {
    refuseUnplannable(item, index);
    const change = withIds(item, index, changes);
    const { status, body } = await answer(trying, scope, change);
    if (status >= 400) throw refused(index, change, status, body);
    changes.push({ method: change.method, url: change.url, status, id: idIn(body) ?? null });
  }
  return { touched, changes, newIds };
}

function refuseUnplannable({ method, url }: ProposedChange, index: number): void {
  if (!methods.includes(method)) {
    throw invalidInput([
      {
        path: `changes[${index}].method`,
        message: `must be ${methods.join(', ')}; '${method}' changes nothing`,
      },
    ]);
  }
  if (unplannable.test(decoded(url))) {
    const message = 'cannot be planned: tokens, applications and plans are made at once';
    throw invalidInput([{ path: `changes[${index}].url`, message }]);
  }
}

/** A path as its API reads it; what cannot be decoded, it refuses. */
function decoded(url: string): string {
  try {
    return decodeURIComponent(url.split(/[?#]/)[0]!);
  } catch {
    return url;
  }
}

function merge(into: Touched, from: Touched): void {
  for (const name of Object.keys(into) as (keyof Touched)[]) {
    for (const item of from[name]) (into[name] as Set<unknown>).add(item);
  }
}

const placeholder = /\{changes\[(\d{1,4})\]\.id\}/g;

/** A change in which the ids of what earlier ones created stand where they are named, as its API spells them. */
function withIds(change: ProposedChange, index: number, earlier: Plan['changes']): ProposedChange {
  const spell = /^\/+v1\//.test(change.url) ? hexOfId : (id: Id) => id;
  const filled = (text: string) =>
    text.replaceAll(placeholder, (name, number: string) => {
      const id = earlier[Number(number)]?.id;
      if (id) return spell(id);
      const message = `${name} must name an earlier change that creates something`;
      throw invalidInput([{ path: `changes[${index}]`, message }]);
    });
  const fillAll = (json: Json): Json => {
    if (typeof json === 'string') return filled(json);
    if (Array.isArray(json)) return json.map(fillAll);
    if (json === null || typeof json !== 'object') return json;
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, fillAll(value)]));
  };
  const { url, body } = change;
  return { ...change, url: filled(url), body: body === undefined ? undefined : fillAll(body) };
}

/** The id in an answer of any of the APIs. */
function idIn(body: Json | undefined): Id | undefined {
  const { id, data } = objectOf(body);
  const text = id ?? objectOf(data)['id'];
  return typeof text === 'string' ? (parseGuidId(text) ?? parseHexId(text)) : undefined;
}

/** What an API answers to a change that it refuses, at its place in the plan. */
function refused(
  index: number,
  { method, url }: ProposedChange,
  status: number,
  body: Json | undefined,
): Fault {
  const answered = `${method} ${url.split('?')[0]} would be answered with ${status}`;
  const violation = { path: `changes[${index}]`, message: `${answered}: ${toldBy(body)}` };
  if (status !== 403) return invalidInput([violation]);
  return new Fault('forbidden', `${violation.path}: ${violation.message}`, { violations: [violation] });
}

/** What the error answer of any of the APIs tells people. */
function toldBy(body: Json | undefined): string {
  const { detail, error } = objectOf(body);
  if (typeof detail === 'string') return detail;
  const { details, message } = objectOf(error);
  const told = (Array.isArray(details) ? details : []).map((item) => {
    const { path, message: sentence } = objectOf(item);
    return path ? `${path as string}: ${sentence as string}` : sentence;
  });
  const more = told.length > 1 ? ` (and ${told.length - 1} more)` : '';
  return `${(told[0] ?? message) as string}${more}`;
}

function objectOf(json: Json | undefined): JsonObject {
  return json !== null && typeof json === 'object' && !Array.isArray(json) ? json : {};
}
