import type { Device } from '../devices/index.ts';
import { Fault } from '../kernel/fault.ts';
import type { Id } from '../kernel/id.ts';
import type { ReadContext } from '../tenancy/index.ts';
import type { DocumentReader } from './desired-state/index.ts';
import type { LeftSetting } from './delivery/index.ts';
import { explainedOn, readPolicyOf, withApps, type EffectivePolicy } from './effective-policy.ts';
import {
  normaliseLocUri,
  settingOnDevice,
  settingStates,
  type ResolvedDocument,
  type ResolvedSetting,
  type SettingState,
} from './engine/index.ts';
import { withItemNames } from './item-titles.ts';
import type { progressOf } from './reported-progress.ts';

type HowFar = ReturnType<typeof progressOf>;

/** Which settings are asked for: those to which all of this applies. */
export interface SettingFilter {
  readonly states: readonly SettingState[] | undefined;
  /** This key and all that are below it, whatever their case. */
  readonly key: string | undefined;
  /** Of what this policy says, whether it wins or loses. */
  readonly policyId: Id | undefined;
}

/** Where a page begins: a setting's place in one document, which another document does not have. What is left on the device comes behind. */
export interface SettingPosition {
  readonly documentKey: string;
  readonly index: number;
}

/** A part of what one device shall have. */
export interface EffectivePolicyPage extends EffectivePolicy {
  /** Of all its settings, whichever were asked for. */
  readonly counts: Readonly<Record<SettingState, number>>;
  /** Where the next page begins; null when no other setting was asked for. */
  readonly next: SettingPosition | null;
}

/**
 * As `effectivePolicyOf`, with some of the settings, in their order; only these are explained. What does not apply is there as a whole,
 * or as far as it is of the policy that is asked for. Faults: `outdated` when `after` is a place in a document that the device does not
 * have any more.
 */
export async function effectivePolicyPageOf(
  context: ReadContext,
  device: Device,
  documents: DocumentReader,
  part: {
    readonly filter: SettingFilter;
    readonly after: SettingPosition | undefined;
    readonly limit: number;
  },
): Promise<EffectivePolicyPage> {
  const { filter, after, limit } = part;
  const { state, reaching, howFar, left, isRecalculating } = await readPolicyOf(context, device, documents);
  const { document = null, documentKey = null } = state ?? {};
  if (after && after.documentKey !== documentKey) {
    throw new Fault(
      'outdated',
      'What the device shall have has changed since the page before. Begin again with the first page.',
    );
  }
  const wanted = document?.settings ?? [];
  const all = [...wanted, ...left];
  const states = [
    ...(document ? statesOn(device, document, howFar) : []),
    ...left.map((setting) => setting.state),
  ];
  const isAskedFor = filterOf(filter, document?.policies ?? []);
  const places = firstPlaces(all.length, after?.index ?? 0, limit + 1, (index) =>
    isAskedFor(all[index]!, states[index]!),
  );
  const ofPage = places.slice(0, limit);
  const shown = document && { ...document, settings: ofPage.flatMap((place) => wanted[place] ?? []) };
  const explained = explainedOn(device, state && { document: shown }, reaching, howFar);
  const { settings, notApplicable } = await withApps(context, device, explained);
  const index = places[limit];
  const { policyId } = filter;
  const ofDevice = [...settings, ...ofPage.flatMap((place) => left[place - wanted.length] ?? [])];
  return {
    settings: await withItemNames(context, ofDevice),
    notApplicable: notApplicable.filter(({ policy }) => policyId === undefined || policy.id === policyId),
    isRecalculating,
    counts: countsOf(states),
    next: documentKey !== null && index !== undefined ? { documentKey, index } : null,
  };
}

function firstPlaces(
  end: number,
  start: number,
  limit: number,
  isAskedFor: (index: number) => boolean,
): number[] {
  const places: number[] = [];
  for (let index = start; index < end && places.length < limit; index++) {
    if (isAskedFor(index)) places.push(index);
  }
  return places;
}

function statesOn(
  { summary: { osVersion, supervised } }: Device,
  { system, settings }: ResolvedDocument,
  howFar: HowFar,
): SettingState[] {
  const device = { osVersion, supervised, progressOf: howFar };
  return settings.map((setting) => settingOnDevice(system, setting, device).state);
}

function filterOf(
  { states, key, policyId }: SettingFilter,
  policies: ResolvedDocument['policies'],
): (setting: ResolvedSetting | LeftSetting, state: SettingState) => boolean {
  const top = key === undefined ? undefined : normalisedKey(key);
  const isOfPolicy = (index: number) => policies[index]!.id === policyId;
  return (setting, state) => {
    if (states && !states.includes(state)) return false;
    if (top !== undefined && !isAtOrBelow(setting.key.toLowerCase(), top)) return false;
    if (policyId === undefined) return true;
    if (setting.winner === null) return false;
    return isOfPolicy(setting.winner) || setting.losers.some(({ policy }) => isOfPolicy(policy));
  };
}

/** A Windows node's path may be written in any of its ways. */
function normalisedKey(text: string): string {
  return text.startsWith('.') ? normaliseLocUri(text).key : text.toLowerCase().replace(/\/+$/, '');
}

function isAtOrBelow(key: string, top: string): boolean {
  return key === top || key.startsWith(`${top}/`);
}

function countsOf(states: readonly SettingState[]): Record<SettingState, number> {
  const counts = Object.fromEntries(settingStates.map((state) => [state, 0])) as Record<SettingState, number>;
  for (const state of states) counts[state]++;
  return counts;
}
