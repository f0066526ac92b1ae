import { expect, test } from 'vitest';
import type { Json } from '../../../kernel/json.ts';
import { normaliseLocUri } from '../../../policies/index.ts';
import type { CommandOutcome, IdentifiedCommand } from '../dm-command.ts';
import { ModelPc, type ModelBehaviour } from './fixtures/model-pc.ts';
import { hold, ModelServer } from './fixtures/server.ts';
import { root, wanting } from './fixtures/world.ts';

const key = (name: string) => normaliseLocUri(name.startsWith('.') ? name : `${root}/${name}`).key;

/** A server and a PC that shall have these values, by the names of the nodes below the root. */
function world(values: Record<string, Json>, behaviour: Partial<ModelBehaviour> = {}) {
  const server = new ModelServer();
  const pc = new ModelPc(behaviour);
  const want = (wanted: Record<string, Json>) => {
    server.wanted = wanting(
      Object.fromEntries(
        Object.entries(wanted).map(([name, value]) => [
          name.startsWith('.') ? name : `${root}/${name}`,
          value,
        ]),
      ),
    );
  };
  want(values);
  const session = (options = {}) => hold(server, pc, options).map(told);
  return { server, pc, want, session, item: (name: string) => server.items[key(name)]! };
}

/** `Replace Plain/A`, or `Atomic(…)`. */
function told(commands: readonly IdentifiedCommand[]): string[] {
  return commands.map(({ command }) => {
    if (command.verb === 'Atomic') return `Atomic(${told(command.commands).join(', ')})`;
    return `${command.verb} ${command.locUri.replace(`${root}/`, '')}`;
  });
}

const answer = (id: string, status: number, originalError?: string): CommandOutcome => ({
  id,
  status,
  nodes: [],
  ...(originalError !== undefined && { originalError }),
});
const view = (ids: readonly string[] = []) => ({
  userIsSignedIn: false,
  isReportDue: false,
  told: new Set(ids),
});

test('what is there already is replaced, what is not is added; once in a turn', () => {
  const { session, pc } = world({ 'AddedFirst/C': 'x' }, { addedFirst: [key('AddedFirst')] });
  expect(session()).toEqual([['Replace AddedFirst/C'], ['Add AddedFirst/C'], ['Get AddedFirst/C']]);
  const other = world({ 'Plain/A': 1 }, { failing: new Map([[key('Plain/A'), 404]]) });
  expect(other.session()).toEqual([['Replace Plain/A'], ['Add Plain/A']]);
  expect(other.item('Plain/A')).toMatchObject({ state: 'error', attempts: 1 });
  expect(pc.nodes.size).toBe(1);
});

test('a node that is only added and is there already is read back', () => {
  const { session, pc, item } = world({ 'AddOnly/O': 'x' });
  pc.nodes.set(key('AddOnly/O'), 'y');
  expect(session()).toEqual([['Add AddOnly/O'], ['Get AddOnly/O']]);
  expect(item('AddOnly/O').error).toBe("The PC took the value, and has 'y'.");
});

test('a value other than the wanted one is told no further than people read, whatever its characters', () => {
  const { session, server, pc, item } = world({ 'AddOnly/O': 'x' });
  pc.nodes.set(key('AddOnly/O'), `${'x'.repeat(199)}${'\u{1F600}'.repeat(40_000)}`);
  session();
  expect(item('AddOnly/O').error).toBe(`The PC took the value, and has '${'x'.repeat(199)}\ufffd…'.`);
  const [value] = Object.values(server.config) as [string];
  expect([value.isWellFormed(), value.length]).toEqual([true, 32 * 1024 + 1]);
});

test('a group is set in one piece, again without what fails', () => {
  const { session, pc, item } = world(
    { 'Group/F': 1, 'Group/G': 2, 'Plain/A': 3 },
    { failing: new Map([[key('Group/G'), 500]]) },
  );
  expect(session()).toEqual([
    ['Atomic(Replace Group/F, Replace Group/G)', 'Replace Plain/A'],
    ['Get Plain/A'],
  ]);
  expect(item('Group/F').error).toContain('it was undone, because another part of its group failed (216)');
  expect(item('Group/G').error).toBe('The PC refused it: the command failed on the PC (500).');
  expect(pc.nodes.has(key('Group/F'))).toBe(false);
});

test('a group is added that cannot be replaced, also where a part of it is there', () => {
  const { session, want, item } = world(
    { 'Group/F': 1, 'Group/G': 2 },
    { addedFirst: [key('Group/F'), key('Group/G')] },
  );
  expect(session()).toEqual([
    ['Atomic(Replace Group/F, Replace Group/G)'],
    ['Atomic(Add Group/F, Add Group/G)'],
    ['Get Group/F', 'Get Group/G'],
  ]);
  want({ 'Group/F': 3 });
  session();
  want({ 'Group/F': 4, 'Group/G': 5 });
  expect(session()).toEqual([
    ['Atomic(Replace Group/F, Replace Group/G)'],
    ['Atomic(Replace Group/F, Add Group/G)'],
    ['Get Group/F', 'Get Group/G'],
  ]);
  want({ 'Group/G': 6 });
  session();
  want({ 'Group/F': 7, 'Group/G': 8 });
  expect(session()).toEqual([
    ['Atomic(Replace Group/F, Replace Group/G)'],
    ['Atomic(Add Group/F, Add Group/G)'],
    ['Atomic(Add Group/F, Replace Group/G)'],
    ['Get Group/G', 'Get Group/F'],
  ]);
  expect([item('Group/F').state, item('Group/G').state]).toEqual(['verified', 'verified']);
});

test('a part of a group that changes alone goes as the group does', () => {
  const { session, want } = world({ 'Group/F': 1, 'Group/G': 2 });
  session();
  want({ 'Group/F': 1, 'Group/G': 3 });
  expect(session()).toEqual([['Atomic(Replace Group/G)'], ['Get Group/G']]);
});

test('a group that is answered as a whole alone is done, or refused, as a whole', () => {
  for (const status of [200, 406]) {
    const { server, item } = world({ 'Group/F': 1, 'Group/G': 2 });
    const [atomic] = server.answer([], view());
    server.answer([answer(atomic!.id, status)], view([atomic!.id]));
    expect([item('Group/F').state, item('Group/G').state]).toEqual(
      status === 200 ? ['delivered', 'delivered'] : ['error', 'error'],
    );
  }
});

test('a failure is told with its codes, tried three more times and then no more, until the PC is another one', () => {
  const { server, session, item } = world({ 'Plain/A': 1 });
  const [first] = server.answer([], view());
  server.answer([answer(first!.id, 500, '0x80070005')], view([first!.id]));
  expect(item('Plain/A')).toMatchObject({
    error: 'The PC refused it: the command failed on the PC (500, 0x80070005: access is denied).',
    details: { status: 500, originalError: '0x80070005' },
  });
  const failing = new ModelPc({ failing: new Map([[key('Plain/A'), 500]]) });
  const sessions: number[] = [];
  for (let hour = 0; hour < 80; hour++) {
    if (hold(server, failing).length > 0) sessions.push(hour);
    server.advance(1);
  }
  expect(sessions).toEqual([1, 7, 31]);
  expect(server.goesOn).toBe('later');
  server.circumstances = 'a newer build';
  expect(session()).toEqual([['Replace Plain/A'], ['Get Plain/A']]);
  expect(item('Plain/A').state).toBe('verified');
});

test('another value is tried at once, whatever became of the one before', () => {
  const { want, session, item } = world({ 'Plain/A': 1 }, { failing: new Map([[key('Plain/A'), 500]]) });
  session();
  expect(item('Plain/A')).toMatchObject({ state: 'error', attempts: 1 });
  want({ 'Plain/A': 2 });
  expect(session()).toEqual([['Replace Plain/A']]);
  expect(item('Plain/A')).toMatchObject({ state: 'error', attempts: 1 });
});

test('an answer to an earlier value says nothing of a newer one', () => {
  const { server, want, item } = world({ 'Plain/A': 1 });
  const [first] = server.answer([], view());
  want({ 'Plain/A': 2 });
  const [second] = server.answer([], view([first!.id]));
  expect(second!.id).not.toBe(first!.id);
  server.answer([answer(first!.id, 200)], view([first!.id, second!.id]));
  expect(item('Plain/A').state).toBe('sent');
  server.answer([answer(second!.id, 200)], view([first!.id, second!.id]));
  expect(item('Plain/A').state).toBe('delivered');
  const before = server.items;
  server.answer([answer(second!.id, 500), answer('dunknown', 404)], view([first!.id, second!.id]));
  expect(server.items[key('Plain/A')]!.state).toBe(before[key('Plain/A')]!.state);
});

test('what the PC does later is read back in another session', () => {
  const { server, pc, session, item } = world({ 'Plain/A': 1 });
  const [first] = server.answer([], view());
  pc.run([first!]);
  expect(server.answer([answer(first!.id, 202)], view([first!.id]))).toEqual([]);
  expect(item('Plain/A').state).toBe('delivered');
  expect(session()).toEqual([['Get Plain/A']]);
  expect(item('Plain/A').state).toBe('verified');
});

test('a value that the PC takes and does not have is an error; one that it cannot tell is believed', () => {
  const { server, item } = world({ 'Plain/A': 1, 'Unknown/Q': 'x', 'Plain/B': 1 });
  const sent = server.answer([], view());
  const ids = sent.map(({ id }) => id);
  const gets = server.answer(
    ids.map((id) => answer(id, 200)),
    view(ids),
  );
  const byUri = (name: string) =>
    gets.find(({ command }) => 'locUri' in command && command.locUri.endsWith(name))!.id;
  server.answer([answer(byUri('A'), 404), answer(byUri('Q'), 404), answer(byUri('B'), 406)], view(ids));
  expect(item('Plain/A').error).toBe('The PC took the value, and has no such node (404).');
  expect(item('Unknown/Q')).toMatchObject({
    state: 'delivered',
    error: 'The PC took it. It cannot be read back: the PC has no such node (404).',
  });
  expect(item('Plain/B').state).toBe('delivered');
  expect(server.goesOn).toBe('later');
});

test('what fails when it is read is read again with the next reports', () => {
  const failing = new Map([[key('Plain/A'), 500]]);
  const { server, pc, session, item } = world({ 'Plain/A': 1 });
  const [set] = server.answer([], view());
  const [get] = server.answer(pc.run([set!]), view([set!.id]));
  server.answer([answer(get!.id, 500)], view([set!.id, get!.id]));
  expect(item('Plain/A')).toMatchObject({
    state: 'delivered',
    isBelieved: true,
    error: 'The PC took it. It cannot be read back: the command failed on the PC (500).',
  });
  const other = new ModelPc({ failing });
  for (let times = 0; times < 5; times++) hold(server, other);
  expect(session()).toEqual([]);
  expect(session({ isReportDue: true })).toEqual([['Get Plain/A']]);
  expect(item('Plain/A')).toMatchObject({ state: 'verified' });
  expect(item('Plain/A')).not.toHaveProperty('isBelieved');
});

test('a value goes by the way that its node has', () => {
  const all = { 'Plain/A': 1, 'Kept/D': 1, 'Preset/E': 1, 'Unit/one/H': 'x', 'Unit/one/I': 'x' };
  const { want, session, pc, server } = world(all);
  session();
  want({});
  expect(session()).toEqual([['Delete Unit/one', 'Replace Preset/E', 'Delete Plain/A']]);
  expect([...pc.nodes]).toEqual([
    [key('Kept/D'), '1'],
    [key('Preset/E'), '5'],
  ]);
  expect(server.states()).toEqual({ [key('Kept/D')]: 'retained' });
  expect(server.goesOn).toBe('later');
});

test('of a whole that is still wanted only the part goes', () => {
  const { want, session, item } = world({ 'Unit/one/H': 'x', 'Unit/one/I': 'x' });
  session();
  want({ 'Unit/one/I': 'x' });
  expect(session()).toEqual([['Delete Unit/one/H']]);
  want({ 'Unit/one/H': 'y' });
  expect(session()).toEqual([['Replace Unit/one/H'], ['Get Unit/one/H']]);
  // It cannot be deleted alone.
  expect(item('Unit/one/I').state).toBe('retained');
  want({});
  expect(session()).toEqual([['Delete Unit/one']]);
});

test('what stays and is wanted again is set, and is not left any more', () => {
  const { want, session, item } = world({ 'Kept/D': 1 });
  session();
  want({});
  session();
  expect(item('Kept/D').error).toMatch(/no way to take this value back/);
  want({ 'Kept/D': 1 });
  expect(session()).toEqual([['Replace Kept/D'], ['Get Kept/D']]);
  expect(item('Kept/D').state).toBe('verified');
});

test('what the PC does not remove is tried again and then stays', () => {
  const { want, session, server, pc, item } = world({ 'Plain/A': 1 });
  session();
  want({});
  const failing = new ModelPc({ failing: new Map([[key('Plain/A'), 500]]) });
  for (let hour = 0; hour < 60; hour++) {
    hold(server, failing);
    server.advance(1);
  }
  expect(item('Plain/A')).toMatchObject({
    state: 'retained',
    error: /did not remove it: the command failed/,
  });
  server.circumstances = 'a newer build';
  expect(hold(server, pc).map(told)).toEqual([['Delete Plain/A']]);
});

test('what the PC never took is not removed', () => {
  const { want, session, server } = world({ 'Plain/A': 1 }, { failing: new Map([[key('Plain/A'), 500]]) });
  session();
  want({});
  expect(session()).toEqual([]);
  expect(server.items).toEqual({});
});

test('what waits for the user waits, to be set and to be removed', () => {
  const { want, session, server } = world({ './User/Vendor/MSFT/Test/P': 1 });
  expect(session()).toEqual([]);
  expect(server.goesOn).toBe('withUser');
  expect(session({ userIsSignedIn: true })).toHaveLength(2);
  want({});
  expect(session()).toEqual([]);
  expect(server.goesOn).toBe('withUser');
  expect(session({ userIsSignedIn: true })).toEqual([['Delete ./User/Vendor/MSFT/Test/P']]);
});
