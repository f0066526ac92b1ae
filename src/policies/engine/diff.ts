import type { Id } from '../../kernel/id.ts';
import type { Json } from '../../kernel/json.ts';
import { canonicalJson, isSame } from './json-values.ts';
import type { DocumentPolicy, LoserReason, ResolvedDocument, ResolvedSetting } from './resolve.ts';
import type { NotApplicable, Platform } from './setting.ts';

interface Key {
  readonly platform: Platform;
  readonly key: string;
  readonly title: string;
}

/** A value and the policy that gives it. */
interface Given {
  readonly value: Json;
  readonly winner: DocumentPolicy;
}

type GivenSetting = Key & Given;
type ChangedSetting = Key & { readonly before: Given; readonly after: Given };
type LostSetting = Key & {
  readonly policy: DocumentPolicy;
  readonly value: Json;
  readonly why: LoserReason;
};
type NotTaken = NotApplicable & { readonly policy: DocumentPolicy };

interface Coming<Item> {
  /** Only in the document after. */
  readonly new: readonly Item[];
  /** Only in the document before. */
  readonly gone: readonly Item[];
}

/** What becomes different for a device when one document takes the place of another. */
export interface DocumentDifference {
  readonly added: readonly GivenSetting[];
  /** Another value. */
  readonly changed: readonly ChangedSetting[];
  readonly removed: readonly GivenSetting[];
  /** The same value, given by another policy. */
  readonly handedOver: readonly ChangedSetting[];
  readonly losers: Coming<LostSetting>;
  readonly conflicts: Coming<Key>;
  readonly notApplicable: Coming<NotTaken>;
}

/** The difference of two documents. A new version or name of a policy is none by itself. */
export function diff(before: ResolvedDocument, after: ResolvedDocument): DocumentDifference {
  const left = byKey(before);
  const right = byKey(after);
  const added: GivenSetting[] = [];
  const changed: ChangedSetting[] = [];
  const handedOver: ChangedSetting[] = [];
  const removed: GivenSetting[] = [];
  for (const [key, setting] of right) {
    const earlier = left.get(key);
    const now = given(after, setting);
    if (!earlier) {
      added.push({ ...keyOf(setting), ...now });
      continue;
    }
    const change = { ...keyOf(setting), before: given(before, earlier), after: now };
    if (!isSame(earlier.value, setting.value)) changed.push(change);
    else if (change.before.winner.id !== now.winner.id) handedOver.push(change);
  }
  for (const [key, setting] of left) {
    if (!right.has(key)) removed.push({ ...keyOf(setting), ...given(before, setting) });
  }
  return {
    added,
    changed,
    removed,
    handedOver,
    losers: coming(losersOf(before), losersOf(after)),
    conflicts: coming(conflictsOf(before), conflictsOf(after)),
    notApplicable: coming(notTakenOf(before), notTakenOf(after)),
  };
}

function byKey({ settings }: ResolvedDocument): Map<string, ResolvedSetting> {
  return new Map(settings.map((setting) => [nameOf(setting), setting]));
}

function nameOf({ platform, key }: Key): string {
  return `${platform} ${key}`;
}

function keyOf({ platform, key, title }: Key): Key {
  return { platform, key, title };
}

function given({ policies }: ResolvedDocument, { value, winner }: ResolvedSetting): Given {
  return { value, winner: policies[winner]! };
}

/** Items by what makes two of them the same. */
type Named<Item> = ReadonlyMap<string, Item>;

function coming<Item>(before: Named<Item>, after: Named<Item>): Coming<Item> {
  return {
    new: [...after].filter(([name]) => !before.has(name)).map(([, item]) => item),
    gone: [...before].filter(([name]) => !after.has(name)).map(([, item]) => item),
  };
}

function losersOf({ policies, settings }: ResolvedDocument): Named<LostSetting> {
  const named = new Map<string, LostSetting>();
  for (const setting of settings) {
    for (const { policy: index, value, why } of setting.losers) {
      const policy = policies[index]!;
      named.set(identity(policy.id, nameOf(setting), value, why), { ...keyOf(setting), policy, value, why });
    }
  }
  return named;
}

function conflictsOf({ settings }: ResolvedDocument): Named<Key> {
  return new Map(settings.filter(({ conflict }) => conflict).map((item) => [nameOf(item), keyOf(item)]));
}

function notTakenOf({ policies, notApplicable }: ResolvedDocument): Named<NotTaken> {
  return new Map(
    notApplicable.map((item) => {
      const policy = policies[item.policy]!;
      return [identity(policy.id, item.property ?? '', item.value, item.reason), { ...item, policy }];
    }),
  );
}

function identity(policyId: Id, place: string, value: Json, reason: string): string {
  return JSON.stringify([policyId, place, reason, canonicalJson(value)]);
}
