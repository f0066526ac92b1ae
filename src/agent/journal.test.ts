import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openJournal } from './journal.ts';
import { lockFolder } from './lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'muster-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const runId = '019536c7-1234-8abc-8000-000123456789';
const startedAt = '2026-03-01T12:00:00.000Z';

test('a run that has no result when the agent starts again was interrupted', () => {
  openJournal(folder).begin(runId, startedAt);
  const again = openJournal(folder);
  expect(again.has(runId)).toBe(true);
  expect(again.untold()).toEqual([
    { runId, outcome: 'interrupted', startedAt, error: 'The agent or the machine stopped while it ran.' },
  ]);
});

test('a result stays until it is forgotten', () => {
  const journal = openJournal(folder);
  journal.begin(runId, startedAt);
  journal.finish({ runId, outcome: 'ended', exitCode: 0, stdout: 'x' });
  expect(openJournal(folder).untold()).toEqual([{ runId, outcome: 'ended', exitCode: 0, stdout: 'x' }]);
  openJournal(folder).forget(runId);
  expect(journal.untold()).toEqual([]);
  expect(journal.has(runId)).toBe(false);
  expect(readdirSync(join(folder, 'runs'))).toEqual([]);
});

test('what cannot be read was begun, and half a file is none', () => {
  const journal = openJournal(folder);
  writeFileSync(join(folder, 'runs', `${runId}.json`), '{"runId":');
  writeFileSync(join(folder, 'runs', 'other.json.new'), '{');
  expect(journal.untold()).toEqual([
    { runId, outcome: 'interrupted', error: expect.stringContaining('cannot read what it noted') },
  ]);
});

test('a data folder is for one agent, and one that is gone does not count', () => {
  const clock = () => new Date();
  const lock = join(folder, 'agent.lock');
  {
    using _held = lockFolder(folder, clock);
    expect(readdirSync(folder)).toContain('agent.lock');
  }
  expect(readdirSync(folder)).not.toContain('agent.lock');
  const bootedAt = Date.now() / 1_000 - process.uptime();
  const held = (content: object) => writeFileSync(lock, JSON.stringify(content));
  const startedAtOf = () => {
    using _held = lockFolder(folder, clock);
  };
  // The process that runs the tests has a parent, which runs as well.
  const { startedAt: own } = readOwn();
  held({ pid: process.ppid, startedAt: own });
  expect(startedAtOf).toThrow(`The agent of process ${process.ppid} uses ${folder}`);
  held({ pid: process.ppid, startedAt: bootedAt - 1e6 });
  expect(startedAtOf).not.toThrow();
  held({ pid: 4_194_303, startedAt: own });
  expect(startedAtOf).not.toThrow();
  writeFileSync(lock, 'nonsense');
  expect(startedAtOf).not.toThrow();

  function readOwn(): { startedAt: number } {
    using _held = lockFolder(folder, clock);
    return JSON.parse(String(readFileSync(lock))) as { startedAt: number };
  }
});
