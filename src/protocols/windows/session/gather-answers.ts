import type { CommandOutcome, ReportedNode } from '../dm-command.ts';
import type { Gathered, GatheredStatus } from './session-state.ts';
import type { DmItem, DmMessage, DmStatus } from './wire/message.ts';

/** What became of commands by a message, and what is to be gathered further. */
export interface GatheredAnswers {
  readonly outcomes: readonly CommandOutcome[];
  readonly gathered: Gathered | undefined;
  /** How each of the message's Results is answered, by its CmdID. */
  readonly codes: ReadonlyMap<string, number>;
}

/** Of a value that comes in parts, in characters: it is kept in the session until its end has come. */
const longestValue = 1024 * 1024;
const mostStatuses = 500;

/**
 * Joins statuses with their results. Both name the command by its id, without the proof of the session: the caller has left out what is about
 * no command of this session. A Get waits for its results until the PC's answer has come to its end.
 */
export function gatherAnswers(
  parts: DmMessage['parts'],
  isFinal: boolean,
  former: Gathered | undefined,
): GatheredAnswers {
  const statuses = statusesIn(parts, former);
  const values = gatherValues(parts, former?.value);
  const { nodes, value } = values;
  const waiting = isFinal && !value ? new Set<string>() : waitingAmong(statuses, nodes);
  const ids = new Set([...statuses.keys(), ...nodes.keys()]);
  const outcomes = [...ids]
    .filter((id) => !waiting.has(id))
    .map((id) => outcomeOf(id, statuses.get(id), nodes.get(id)));
  const kept = [...waiting].flatMap((id) => statuses.get(id)!).slice(0, mostStatuses);
  const gathered = value || kept.length > 0 ? { ...(value && { value }), statuses: kept } : undefined;
  return { outcomes, gathered, codes: values.codes };
}

/** By the command. That a part of a large value was taken is no answer yet. */
function statusesIn(
  parts: DmMessage['parts'],
  former: Gathered | undefined,
): ReadonlyMap<string, readonly GatheredStatus[]> {
  const told = parts
    .filter((part): part is DmStatus => part.kind === 'status' && part.code !== 213)
    .map(gatheredStatus);
  return Map.groupBy([...(former?.statuses ?? []), ...told], ({ cmdRef }) => cmdRef);
}

function gatheredStatus({ cmdRef, code, originalError }: DmStatus): GatheredStatus {
  return { cmdRef, code, ...(originalError !== undefined && { originalError }) };
}

function outcomeOf(
  id: string,
  statuses: readonly GatheredStatus[] | undefined,
  nodes: readonly ReportedNode[] = [],
): CommandOutcome {
  return { id, ...worstOf(statuses), nodes };
}

/** Which Gets went well, as far as is known, of which nothing has come. */
function waitingAmong(
  statuses: ReadonlyMap<string, readonly GatheredStatus[]>,
  nodes: ReadonlyMap<string, readonly ReportedNode[]>,
): Set<string> {
  const waiting = [...statuses].filter(([id, own]) => isGood(worstOf(own).status) && !nodes.has(id));
  return new Set(waiting.map(([id]) => id));
}

/** Of a command for several nodes each has its status: one that went wrong counts. Results without any speak for themselves. */
function worstOf(statuses: readonly GatheredStatus[] = []): Pick<CommandOutcome, 'status' | 'originalError'> {
  const counts = statuses.find(({ code }) => !isGood(code)) ?? statuses[0];
  const { code = 200, originalError } = counts ?? {};
  return { status: code, ...(originalError !== undefined && { originalError }) };
}

function isGood(code: number): boolean {
  return code >= 200 && code < 300;
}

interface Values {
  readonly nodes: ReadonlyMap<string, readonly ReportedNode[]>;
  readonly value: Gathered['value'];
  readonly codes: ReadonlyMap<string, number>;
}

/** Joins the parts of values: 213 asks for the next part, 413 refuses a value that does not end. */
function gatherValues(parts: DmMessage['parts'], former: Gathered['value']): Values {
  const nodes = new Map<string, ReportedNode[]>();
  const codes = new Map<string, number>();
  let value = former;
  for (const results of parts) {
    if (results.kind !== 'results') continue;
    let code = 200;
    for (const item of results.items) {
      const node = nodeOf(item);
      const begun = value?.cmdRef === results.cmdRef && continues(value, item) ? value : undefined;
      const whole = begun ? { ...node, ...begun, data: begun.data + node.data } : node;
      if (whole.data.length > longestValue) {
        code = 413;
        value = undefined;
      } else if (item.hasMore) {
        code = 213;
        const { locUri, format, data } = whole;
        value = { cmdRef: results.cmdRef, locUri, format, data };
      } else {
        if (begun) value = undefined;
        const { locUri, format, data } = whole;
        const reported = { locUri, format: format as ReportedNode['format'], data };
        const known = nodes.get(results.cmdRef);
        if (known) known.push(reported);
        else nodes.set(results.cmdRef, [reported]);
      }
    }
    codes.set(results.id, code);
  }
  return { nodes, value, codes };
}

function continues(value: NonNullable<Gathered['value']>, { source, target }: DmItem): boolean {
  return (source ?? target ?? value.locUri) === value.locUri;
}

function nodeOf({ source, target, format, data }: DmItem): ReportedNode {
  return { locUri: source ?? target ?? '', format: format ?? 'chr', data: data ?? '' };
}
