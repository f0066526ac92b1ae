import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../../../kernel/json.ts';
import { normaliseLocUri } from '../../../policies/index.ts';
import type { CommandOutcome, IdentifiedCommand } from '../dm-command.ts';
import { ModelPc } from './fixtures/model-pc.ts';
import { hold, ModelServer } from './fixtures/server.ts';
import { root, wanting } from './fixtures/world.ts';

const keyOf = (path: string) => normaliseLocUri(path).key;
const under = (name: string) => keyOf(`${root}/${name}`);

const numbers = fc.constantFrom<Json>(1, '2', 3);
const texts = fc.constantFrom<Json>('a', 'b', '<x a="1" b="2"/>');

/** Random values of each node, or none. */
const documents = fc.record(
  {
    [`${root}/Plain/A`]: numbers,
    [`${root}/Plain/B`]: numbers,
    [`${root}/Plain/Text`]: texts,
    [`${root}/Plain/Flag`]: fc.constantFrom<Json>(true, 'false', '1'),
    [`${root}/AddedFirst/C`]: texts,
    [`${root}/Kept/D`]: numbers,
    [`${root}/Preset/E`]: numbers,
    [`${root}/Group/F`]: numbers,
    [`${root}/Group/G`]: numbers,
    [`${root}/Unit/one/H`]: texts,
    [`${root}/Unit/one/I`]: texts,
    [`${root}/Unit/two/H`]: texts,
    [`${root}/Unread/J`]: texts,
    [`${root}/Stubborn/K`]: numbers,
    [`${root}/Home/L`]: numbers,
    [`${root}/Unknown/Q`]: texts,
    './User/Vendor/MSFT/Test/P': numbers,
  },
  { requiredKeys: [], noNullPrototype: true },
);

const changes = fc.oneof(
  { weight: 3, arbitrary: documents.map((values) => ({ kind: 'document' as const, values })) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('session' as const),
      userIsSignedIn: fc.boolean(),
      isReportDue: fc.boolean(),
      /** After so many messages the line is cut: with the next one on the way there, or back. */
      cutAfter: fc.option(fc.nat(4), { nil: undefined }),
      isCutOnTheWayBack: fc.boolean(),
      most: fc.constantFrom(1, 3, 100),
      bringsLate: fc.boolean(),
    }),
  },
  fc.constantFrom(1, 7, 30).map((hours) => ({ kind: 'time' as const, hours })),
  fc.constantFrom('Plain/A', 'Preset/E').map((name) => ({ kind: 'drift' as const, name })),
);

const worlds = fc.record({
  failing: fc.subarray([under('Plain/B'), under('Group/G'), under('Unit/two/H')]),
  changes: fc.array(changes, { maxLength: 14 }),
  last: documents,
});

class Cut extends Error {}

test('whatever happens, the PC comes to have what is wanted, and what can go goes', () => {
  let sessions = 0;
  fc.assert(
    fc.property(worlds, ({ failing, changes: all, last }) => {
      const server = new ModelServer();
      const pc = new ModelPc({
        failing: new Map(failing.map((key) => [key, 500])),
        addedFirst: [under('AddedFirst')],
        undeletable: [under('Stubborn'), under('Kept'), under('Preset'), under('Unit/one/I')],
      });
      const lost: CommandOutcome[] = [];
      for (const change of all) {
        if (change.kind === 'document') server.wanted = wanting(change.values);
        else if (change.kind === 'time') server.advance(change.hours);
        else if (change.kind === 'drift') {
          const key = under(change.name);
          if (server.items[key]?.state === 'verified') pc.nodes.set(key, '77');
        } else {
          sessions++;
          let messages = 0;
          const line = {
            get userIsSignedIn() {
              return pc.userIsSignedIn;
            },
            set userIsSignedIn(is: boolean) {
              pc.userIsSignedIn = is;
            },
            run(commands: readonly IdentifiedCommand[]) {
              refuseTwice(commands);
              const isCut = change.cutAfter !== undefined && messages++ >= change.cutAfter;
              if (isCut && !change.isCutOnTheWayBack) throw new Cut();
              const outcomes = pc.run(commands);
              if (!isCut) return outcomes;
              lost.push(...outcomes);
              throw new Cut();
            },
          };
          const late = change.bringsLate ? lost.splice(0) : [];
          try {
            hold(server, line, { ...change, late });
          } catch (error) {
            if (!(error instanceof Cut)) throw error;
          }
        }
      }
      server.wanted = wanting(last);
      // Late answers to what was told before change nothing for good.
      hold(server, pc, { userIsSignedIn: true, late: lost.splice(0) });
      for (let round = 0; round < 5; round++) {
        server.advance(25);
        hold(server, pc, { userIsSignedIn: true, isReportDue: true });
      }
      expect(server.goesOn).toBe('later');
      expect(hold(server, pc, { userIsSignedIn: true })).toEqual([]);
      const { items } = server.wanted;
      const wanted = new Set(items.map(({ item }) => item));
      for (const one of items) {
        const { state } = server.items[one.item]!;
        if (failing.includes(one.item)) expect(state).toBe('error');
        else if (failing.includes(under('Group/G')) && one.item === under('Group/F')) continue;
        else {
          expect([one.item, state]).toEqual([one.item, one.check.kind === 'none' ? 'delivered' : 'verified']);
          const data = one.kind === 'node' && one.content.kind === 'data' ? one.content.value.data : '';
          expect(pc.nodes.get(one.item)).toBe(data);
        }
      }
      for (const [key, value] of pc.nodes) {
        if (wanted.has(key) || failing.includes(key)) continue;
        if (key === under('Preset/E')) expect(value).toBe('5');
        else expect([key, server.items[key]?.state]).toEqual([key, 'retained']);
      }
    }),
    { numRuns: 400 },
  );
  expect(sessions).toBeGreaterThan(100);
});

/** In one message there is one command for a node. */
function refuseTwice(commands: readonly IdentifiedCommand[]): void {
  const all = commands.flatMap(({ command }) =>
    command.verb === 'Atomic' ? command.commands.map((part) => part.command) : [command],
  );
  const keys = all.map(({ locUri }) => keyOf(locUri));
  expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted());
  const ids = commands.map(({ id }) => id);
  expect(ids.length).toBe(new Set(ids).size);
}
