import { normaliseLocUri } from '../../../policies/index.ts';
import type { CommandOutcome } from '../dm-command.ts';
import type { Check, Item } from './item.ts';
import { isSameNode } from './node-value.ts';
import type { ItemOutcome } from './outcomes.ts';
import { nodeToRead } from './reads.ts';
import { toSetAgain } from './set-again.ts';
import { refused } from './set-outcomes.ts';
import type { Situation } from './situation.ts';
import { textOfInstallation, textOfStatus } from './status-text.ts';
import { without } from './without.ts';

type Question = 'value' | 'Status' | 'Version';

/** What the PC answered when it was asked for an item. `lastError`: how its installation failed. */
export function answerToRead(
  item: Item,
  question: Question,
  outcome: CommandOutcome,
  lastError: CommandOutcome | undefined,
  situation: Situation,
): ItemOutcome {
  const { status, originalError } = outcome;
  const locUri = nodeToRead(question, item);
  const data = status === 200 ? valueOf(outcome, locUri) : undefined;
  if (status === 404) return missing(item, situation);
  if (data === undefined) return unread(item, status, originalError);
  const reported = { locUri, value: cut(data, longestReported) };
  if (question === 'Version') return { item, reported };
  if (question === 'Status') return installed(item, data, lastError, situation);
  const { check } = item.details;
  const isSame = check.kind !== 'value' || isSameNode(check.format, check.expected, { data });
  if (isSame) return { item: verified(item, situation), reported };
  const has = `'${cut(data, 200)}'`;
  if (item.state === 'verified') return { ...changedThere(item, `has ${has}`, situation), reported };
  const text = `The PC took the value, and has ${has}.`;
  return { ...refused(item, { status, text }, situation), reported };
}

/** Of a value, in characters: it is shown to people, and lists of devices have it. */
const longestReported = 32 * 1024;

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest).toWellFormed()}…` : text;
}

/** A device says which node it speaks of; what it says when it was asked for one node is of this one. */
function valueOf({ nodes }: CommandOutcome, locUri: string): string | undefined {
  const { key } = normaliseLocUri(locUri);
  const found = nodes.find((node) => normaliseLocUri(node.locUri).key === key) ?? nodes[0];
  return found?.data;
}

function verified(item: Item, { now }: Situation): Item {
  if (item.state === 'verified') return item;
  const details = without(item.details, 'asked', 'laterId', 'failures', 'refusedOn');
  return {
    ...without(item, 'error', 'retryAt', 'isBelieved'),
    state: 'verified',
    at: now.toISOString(),
    attempts: 0,
    details,
  };
}

/** Somebody changed it on the PC: it is set again. */
function changedThere(item: Item, what: string, situation: Situation): ItemOutcome {
  return {
    item: toSetAgain(item, situation),
    event: { title: `'${item.details.title}' was changed on the PC, which ${what}. It is set again.` },
  };
}

function missing(item: Item, situation: Situation): ItemOutcome {
  const { check } = item.details;
  if (item.state === 'verified') return changedThere(item, 'does not have it any more', situation);
  if (check.kind === 'installation') {
    return refused(item, { status: 404, text: 'The PC knows of no such installation (404).' }, situation);
  }
  if (check.kind !== 'none' && check.isKnown) {
    return refused(
      item,
      { status: 404, text: 'The PC took the value, and has no such node (404).' },
      situation,
    );
  }
  return unread(item, 404, undefined);
}

/** That a node cannot be read does not become otherwise by waiting; other failures pass. */
const neverRead: ReadonlySet<number> = new Set([403, 404, 405, 406, 425]);

/** What cannot be read is believed. Where it may be read another time, it is asked again when a report is due. */
function unread(item: Item, status: number, originalError: string | undefined): ItemOutcome {
  const { state, details } = item;
  if (state === 'verified' || details.check.kind === 'installation') return { item };
  const why = status === 200 ? 'it answers without a value' : textOfStatus(status, originalError);
  const reason = `It cannot be read back: ${why}.`;
  const check: Check = neverRead.has(status) ? { kind: 'none', reason } : details.check;
  return {
    item: { ...item, isBelieved: true, error: `The PC took it. ${reason}`, details: { ...details, check } },
  };
}

const done = 70;
const failures: ReadonlySet<number> = new Set([30, 60]);

function installed(
  item: Item,
  data: string,
  lastError: CommandOutcome | undefined,
  situation: Situation,
): ItemOutcome {
  const status = Number(data.trim());
  const text = textOfInstallation(status);
  const reported = { locUri: nodeToRead('Status', item), value: cut(data, longestReported) };
  if (status === done) return { item: verified(item, situation), reported };
  if (failures.has(status)) {
    const code = hresultOf(lastError?.nodes[0]?.data);
    const full = `The PC did not install it: ${text} (${status}${code === undefined ? '' : `, ${code}`}).`;
    return { ...refused(item, { status, originalError: code, text: full }, situation), reported };
  }
  const error = `The PC installs it: ${text} (${status}).`;
  return { item: item.error === error ? item : { ...item, error }, reported };
}

/** `LastError` is a number; administrators search for its hexadecimal form. */
function hresultOf(data: string | undefined): string | undefined {
  if (data === undefined || !/^-?\d+$/.test(data.trim())) return undefined;
  return `0x${(Number(data) >>> 0).toString(16).padStart(8, '0')}`;
}
