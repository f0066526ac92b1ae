import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHexId, type Id } from '../kernel/id.ts';
import { builtInCatalogue } from './csp/index.ts';
import { mergeWindowsPolicies } from './merge-windows-policies.ts';
import type { AssignedPolicy } from './assignments.ts';
import { emptyWindowsPolicy, type WindowsPolicyDocument } from './windows-policy.ts';

const idOf = (number: number): Id => parseHexId(number.toString(16).padStart(24, '0'))!;
const moment = new Date('2026-03-01T12:00:00.000Z');

function assigned(
  number: number,
  priority: number | null,
  document: Partial<WindowsPolicyDocument>,
  assignedAt = moment,
): AssignedPolicy<WindowsPolicyDocument> {
  const policy = {
    id: idOf(number),
    kind: 'winPolicy',
    name: `Policy ${number}`,
    description: null,
    segment: 0,
    exposeToChildren: false,
    document: { ...emptyWindowsPolicy, ...document },
    version: number,
    createdAt: moment,
    updatedAt: moment,
  };
  const source = priority === null ? { kind: 'primary' as const } : { kind: 'direct' as const, priority };
  return { policy, assignment: { source, assignedAt } };
}

/** As if nothing was known of the nodes. */
const merge = (policies: readonly AssignedPolicy<WindowsPolicyDocument>[]) =>
  mergeWindowsPolicies(policies, () => undefined);

describe('several policies on one device', () => {
  test('two spellings of a path are one setting, in the spelling of the stronger policy', () => {
    const merged = merge([
      assigned(1, 2, { config: { './Device/Vendor/MSFT/Policy/A': 'weak' } }),
      assigned(2, 1, { config: { './vendor/msft/policy/a': 'strong' } }),
    ]);
    expect(merged?.document.config).toEqual({ './vendor/msft/policy/a': 'strong' });
  });

  test('of equally strong policies the one with the stricter value counts, where the node says which that is', () => {
    const length = './Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength';
    const policies = [
      assigned(1, 5, { config: { [length]: 6, './a': 1 } }),
      assigned(2, 5, { config: { [length]: '12', './a': 2 } }, new Date(moment.getTime() + 1_000)),
    ];
    const { find } = builtInCatalogue;
    expect(mergeWindowsPolicies(policies, find)?.document.config).toEqual({ [length]: '12', './a': 1 });
  });

  test('none make none, one makes itself', () => {
    expect(merge([])).toBeUndefined();
    const only = assigned(1, 5, { config: { './a': '1' } });
    expect(merge([only])).toBe(only.policy);
  });

  test('settings without conflict all apply; on a conflict the lower number wins, and the primary slot over all', () => {
    const merged = merge([
      assigned(1, 10_000, { config: { './a': 'weak', './b': 'weak', './c': 'weak', './d': 'weak' } }),
      assigned(2, null, { config: { './a': 'primary' } }),
      assigned(3, 0, { config: { './a': 'strong', './b': 'strong' } }),
      assigned(4, 1, { config: { './b': 'less strong', './c': 'less strong' } }),
    ]);
    expect(merged?.document.config).toEqual({
      './a': 'primary',
      './b': 'strong',
      './c': 'less strong',
      './d': 'weak',
    });
    expect(merged).toMatchObject({ id: idOf(2), name: 'Policy 2', version: 2 });
  });

  test('of equal priorities the older assignment wins, then the older policy', () => {
    const later = new Date(moment.getTime() + 1);
    const config = (value: string) => ({ config: { './a': value } });
    expect(
      merge([assigned(1, 5, config('newer'), later), assigned(2, 5, config('older'))])?.document.config,
    ).toEqual({ './a': 'older' });
    expect(
      merge([assigned(2, 5, config('second')), assigned(1, 5, config('first'))])?.document.config,
    ).toEqual({ './a': 'first' });
  });

  test("lists are united by id with the stronger policy's entry, its entries first", () => {
    const [app, other, script, asset] = [1, 2, 3, 4].map(idOf) as [Id, Id, Id, Id];
    const merged = merge([
      assigned(1, 2, {
        applications: [{ winApplicationId: other }, { winApplicationId: app, action: 'available' }],
        scripts: [{ id: script, type: 'loop', loopTime: 5 }],
        assets: [{ mdmAssetId: asset, location: 'weak' }],
        bookmarks: [{ url: 'https://a', title: 'weak' }, { title: 'without URL' }],
        admxConfigs: [{ winAdmxConfigId: other }],
        agentConfiguration: { enabled: false, allowLocation: true },
      }),
      assigned(2, 1, {
        applications: [{ winApplicationId: app, action: 'forceInstall' }],
        scripts: [{ id: script, type: 'once' }],
        assets: [{ mdmAssetId: asset, location: 'strong' }],
        bookmarks: [{ url: 'https://a', title: 'strong' }],
        admxConfigs: [{ winAdmxConfigId: app }, { winAdmxConfigId: other }],
        agentConfiguration: { enabled: true },
      }),
    ]);
    expect(merged?.document).toEqual({
      config: {},
      applications: [{ winApplicationId: app, action: 'forceInstall' }, { winApplicationId: other }],
      scripts: [{ id: script, type: 'once' }],
      assets: [{ mdmAssetId: asset, location: 'strong' }],
      bookmarks: [{ url: 'https://a', title: 'strong' }, { title: 'without URL' }],
      admxConfigs: [{ winAdmxConfigId: app }, { winAdmxConfigId: other }],
      agentConfiguration: { enabled: true, allowLocation: true },
    });
  });
});

const small = fc.integer({ min: 1, max: 4 });
const documents: fc.Arbitrary<WindowsPolicyDocument> = fc.record({
  config: fc.dictionary(fc.constantFrom('./a', './b', './c', '__proto__', 'constructor'), fc.string()),
  applications: fc.array(
    fc.record({
      winApplicationId: small.map(idOf),
      action: fc.constantFrom('forceInstall' as const, 'available'),
    }),
  ),
  scripts: fc.array(fc.record({ id: small.map(idOf), type: fc.constantFrom('once' as const, 'onDemand') })),
  admxConfigs: fc.array(fc.record({ winAdmxConfigId: small.map(idOf) })),
  assets: fc.array(fc.record({ mdmAssetId: small.map(idOf), location: fc.string() })),
  bookmarks: fc.array(fc.record({ url: fc.constantFrom('https://a', 'https://b'), title: fc.string() })),
  agentConfiguration: fc.record({ enabled: fc.boolean(), allowLocation: fc.boolean() }, { requiredKeys: [] }),
});

const sets = fc
  .uniqueArray(
    fc.record({
      number: fc.integer({ min: 1, max: 50 }),
      priority: fc.option(fc.integer({ min: 0, max: 3 })),
      since: fc.integer({ min: 0, max: 2 }),
      document: documents,
    }),
    { selector: ({ number }) => number, minLength: 1, maxLength: 6 },
  )
  .map((items) =>
    items.map(({ number, priority, since, document }, index) =>
      assigned(number, index === 0 ? priority : (priority ?? 1), document, new Date(since)),
    ),
  );

/** The documented rules, told plainly: weak policies first, so that the stronger ones overwrite them. */
function documentedMerge(set: readonly AssignedPolicy<WindowsPolicyDocument>[]): WindowsPolicyDocument {
  const priorityOf = ({ assignment: { source } }: (typeof set)[number]) =>
    source.kind === 'primary' ? -1 : source.priority;
  const strongestFirst = set.toSorted(
    (a, b) =>
      priorityOf(a) - priorityOf(b) ||
      a.assignment.assignedAt.getTime() - b.assignment.assignedAt.getTime() ||
      (a.policy.id < b.policy.id ? -1 : 1),
  );
  const documents = strongestFirst.map(({ policy }) => policy.document);
  const merged = <Values extends object>(of: (document: WindowsPolicyDocument) => Values) =>
    Object.fromEntries(documents.toReversed().flatMap((document) => Object.entries(of(document)))) as Values;
  const united = <Item>(
    of: (document: WindowsPolicyDocument) => readonly Item[],
    identity: (item: Item) => unknown,
  ) => {
    const items = documents.flatMap(of);
    return items.filter(
      (item, index) => items.findIndex((other) => identity(other) === identity(item)) === index,
    );
  };
  return {
    config: merged(({ config }) => config),
    applications: united(
      ({ applications }) => applications,
      ({ winApplicationId }) => winApplicationId,
    ),
    scripts: united(
      ({ scripts }) => scripts,
      ({ id }) => id,
    ),
    admxConfigs: united(
      ({ admxConfigs }) => admxConfigs,
      ({ winAdmxConfigId }) => winAdmxConfigId,
    ),
    assets: united(
      ({ assets }) => assets,
      ({ mdmAssetId }) => mdmAssetId,
    ),
    bookmarks: united(
      ({ bookmarks }) => bookmarks,
      ({ url }) => url,
    ),
    agentConfiguration: merged(({ agentConfiguration }) => agentConfiguration),
  };
}

describe('whatever the policies', () => {
  test('the order in which they are read does not matter', () => {
    fc.assert(
      fc.property(
        sets.chain((set) => fc.tuple(fc.constant(set), fc.shuffledSubarray(set, { minLength: set.length }))),
        ([set, shuffled]) => {
          expect(merge(shuffled)).toEqual(merge(set));
        },
      ),
    );
  });

  test('every setting of every policy is there, and each value comes from one that has it', () => {
    fc.assert(
      fc.property(sets, (set) => {
        const { config } = merge(set)!.document;
        const keys = new Set(set.flatMap(({ policy }) => Object.keys(policy.document.config)));
        expect(new Set(Object.keys(config))).toEqual(keys);
        for (const [key, value] of Object.entries(config)) {
          expect(set.some(({ policy }) => policy.document.config[key] === value)).toBe(true);
        }
      }),
    );
  });

  test('of each setting the strongest policy that has it counts, in the spelling of that policy', () => {
    fc.assert(
      fc.property(sets, (set) => {
        fc.pre(set.length > 1);
        expect(merge(set)!.document).toEqual(documentedMerge(set));
      }),
    );
  });

  test('no list names the same thing twice when several are merged', () => {
    fc.assert(
      fc.property(sets, (set) => {
        fc.pre(set.length > 1);
        const { applications, scripts, assets, bookmarks } = merge(set)!.document;
        const keys = [
          applications.map(({ winApplicationId }) => winApplicationId),
          scripts.map(({ id }) => id),
          assets.map(({ mdmAssetId }) => mdmAssetId),
          bookmarks.map(({ url }) => url),
        ];
        for (const list of keys) expect(new Set(list).size).toBe(list.length);
      }),
    );
  });

  test('a policy without settings changes nothing unless it is the strongest, whose name counts', () => {
    fc.assert(
      fc.property(sets, (set) => {
        const weakest = assigned(99, 10_000, {}, new Date(9));
        const [without, withIt] = [merge(set)!, merge([...set, weakest])!];
        expect(withIt.id).toBe(without.id);
        expect(withIt.document.config).toEqual(without.document.config);
        expect(withIt.document.agentConfiguration).toEqual(without.document.agentConfiguration);
      }),
    );
  });
});
