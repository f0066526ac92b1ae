import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pauseAfter } from './back-off.ts';
import type { ServerAnswer } from './client.ts';
import { openJournal } from './journal.ts';
import { round, type AgentTools, type Memory } from './round.ts';
import { runAgent } from './run-agent.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-round-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const runId = '019536c7-1234-8abc-8000-000123456789';
const duties = {
  checkInterval: 300,
  scripts: { active: true },
  location: { active: false, refreshInterval: 900 },
  networkStatus: { active: false, refreshInterval: 900 },
};

function givenRun(text: string, rest: object = {}) {
  const content = Buffer.from(text);
  return {
    runId,
    name: 'a.sh',
    scope: 'machine',
    interpreter: '/bin/sh',
    arguments: [],
    content: content.toString('base64'),
    sha256: createHash('sha256').update(content).digest('hex'),
    timeLimit: 20,
    outputLimit: 1_024,
    ...rest,
  };
}

type Asked = {
  method: string;
  path: string;
  body: Record<string, unknown> | undefined;
  etag: string | undefined;
};

/** An agent whose server answers as the test says; a number is a status, and undefined no answer at all. */
function agentWith(answer: (asked: Asked) => object | number | undefined) {
  const asked: Asked[] = [];
  const lines: string[] = [];
  let now = new Date('2026-03-01T12:00:00.000Z');
  const tools: AgentTools = {
    server: {
      async send(method, path, { body, etag }): Promise<ServerAnswer> {
        const request = { method, path, body: body as Asked['body'], etag };
        asked.push(request);
        const answered = answer(request);
        if (answered === undefined) throw new Error('connect ECONNREFUSED');
        if (typeof answered === 'number')
          return { status: answered, etag: undefined, body: { detail: 'No.' } };
        return { status: 200, etag: '"1"', body: answered };
      },
    },
    journal: openJournal(folder),
    machine: { platform: process.platform, runAs: undefined, isPrivileged: false },
    location: {},
    clock: () => now,
    log: (line) => void lines.push(line),
  };
  return {
    tools,
    asked,
    lines,
    advance: (seconds: number) => (now = new Date(now.getTime() + seconds * 1_000)),
  };
}

const fresh: Memory = { toldAt: {} };
const goOn = new AbortController().signal;
const told = (asked: Asked[]) => asked.filter(({ path }) => path === '/script-logs').map(({ body }) => body);

test('a script runs once however often its result cannot be told', async () => {
  const counter = join(folder, 'counter');
  writeFileSync(counter, '');
  let isThere = false;
  const agent = agentWith(({ path }) => {
    if (path === '/agent-config') return duties;
    if (path === '/scheduler-scripts') return { runs: [givenRun(`echo x >> ${counter}; cat ${counter}`)] };
    return isThere ? { status: 'recorded' } : undefined;
  });
  await expect(round(agent.tools, fresh, goOn)).rejects.toThrow('ECONNREFUSED');
  await expect(round(agent.tools, fresh, goOn)).rejects.toThrow('ECONNREFUSED');
  // As after a start: another agent in the same folder.
  isThere = true;
  const again = { ...agent.tools, journal: openJournal(folder) };
  agent.asked.length = 0;
  // The server gives a run until it has its result.
  const answered = round(
    {
      ...again,
      server: {
        send: async (...call) =>
          call[1] === '/scheduler-scripts'
            ? { status: 200, etag: undefined, body: { runs: [] } }
            : agent.tools.server.send(...call),
      },
    },
    fresh,
    goOn,
  );
  await answered;
  expect(told(agent.asked)).toMatchObject([{ runId, outcome: 'ended', exitCode: 0, stdout: 'x\n' }]);
  expect(agent.tools.journal.untold()).toEqual([]);
});

test('a run that was interrupted is told as such, and not begun again', async () => {
  const agent = agentWith(({ path }) =>
    path === '/agent-config' ? duties : path === '/scheduler-scripts' ? { runs: [] } : {},
  );
  agent.tools.journal.begin(runId, '2026-03-01T11:00:00.000Z');
  await round(agent.tools, fresh, goOn);
  expect(told(agent.asked)).toMatchObject([{ runId, outcome: 'interrupted' }]);
});

test('a result that the server refuses is told without moments, then forgotten', async () => {
  const agent = agentWith(({ path, body }) => {
    if (path === '/agent-config') return duties;
    if (path === '/scheduler-scripts') return { runs: [givenRun('exit 2')] };
    return body!['startedAt'] === undefined ? {} : 400;
  });
  await round(agent.tools, fresh, goOn);
  expect(told(agent.asked)[1]).toEqual({ runId, outcome: 'ended', exitCode: 2, stdout: '', stderr: '' });
  const gone = agentWith(({ path }) =>
    path === '/agent-config' ? duties : path === '/scheduler-scripts' ? { runs: [givenRun('exit 2')] } : 404,
  );
  await round(gone.tools, fresh, goOn);
  expect(gone.lines.at(-1)).toMatch(/does not take the result of .*answered with 404: No\./);
  expect(gone.tools.journal.untold()).toEqual([]);
});

test('what did not arrive whole, or is for the user, is not run', async () => {
  const reasons: unknown[] = [];
  for (const rest of [{ sha256: 'other' }, { scope: 'user' }]) {
    const agent = agentWith(({ path }) =>
      path === '/agent-config'
        ? duties
        : path === '/scheduler-scripts'
          ? { runs: [givenRun('exit 0', rest)] }
          : {},
    );
    const machine = { ...agent.tools.machine, isPrivileged: true };
    await round({ ...agent.tools, machine }, fresh, goOn);
    reasons.push(told(agent.asked)[0]!['error']);
  }
  expect(reasons).toEqual([
    'The script did not arrive as the server has it.',
    "It is for the user of the machine, and the agent runs with the machine's rights. Start it with --run-as.",
  ]);
});

test.each([
  ['a run whose id is a path', { runs: [givenRun('exit 0', { runId: '../../etc/x' })] }],
  ['no list', { runs: 'x' }],
  ['nothing', {}],
])('%s from the server runs nothing', async (_, scripts) => {
  const agent = agentWith(({ path }) => (path === '/agent-config' ? duties : scripts));
  await expect(round(agent.tools, fresh, goOn)).rejects.toThrow(/not of this protocol/);
  expect(agent.tools.journal.untold()).toEqual([]);
});

test('duties that have not changed are kept, and reports are as far apart as they say', async () => {
  const place = join(folder, 'place.json');
  writeFileSync(place, '{"latitude":52.5,"longitude":13.4}');
  const told = { active: true, refreshInterval: 900 };
  const all = { ...duties, scripts: { active: false }, location: told, networkStatus: told };
  const agent = agentWith(({ path, etag }) =>
    path !== '/agent-config' ? {} : etag === undefined ? all : 304,
  );
  const tools = { ...agent.tools, location: { file: place } };
  let memory = await round(tools, fresh, goOn);
  const paths = () =>
    agent.asked.splice(0).map(({ path, etag }) => (etag === undefined ? path : `${path} ${etag}`));
  expect(paths()).toEqual(['/agent-config', '/location', '/network-status']);
  agent.advance(899);
  memory = await round(tools, memory, goOn);
  expect(paths()).toEqual(['/agent-config "1"']);
  agent.advance(1);
  await round(tools, memory, goOn);
  expect(paths()).toEqual(['/agent-config "1"', '/location', '/network-status']);
  writeFileSync(place, '{"latitude":152.5}');
  await round(tools, fresh, goOn);
  expect(agent.lines.at(-1)).toMatch(/^The location was not told: /);
  expect(paths()).toEqual(['/agent-config', '/network-status']);
});

test('a server that is away is asked again after pauses that grow', async () => {
  expect([1, 2, 3, 8, 50].map((failures) => pauseAfter(failures, () => 0))).toEqual([5, 10, 20, 600, 600]);
  expect(pauseAfter(3, () => 0.5)).toBe(15);
  const agent = agentWith(() => undefined);
  expect(await runAgent({ ...agent.tools, random: () => 0, once: true }, goOn)).toBe(false);
  expect(agent.lines).toEqual(['connect ECONNREFUSED']);
});
