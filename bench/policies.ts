import { openDatabase, type Database } from '../src/database/index.ts';
import { askEach, median } from './load.ts';
import { copyForBareServer, startBareServer } from './yardstick.ts';
import { addManyDevices } from './many-devices.ts';
import { headers, startMuster, type Muster } from './muster.ts';
import { settingsOfPolicy, sharedSettings } from './policy-contents.ts';
import {
  addAudience,
  addPolicyWorld,
  addRule,
  assignToAllDevices,
  changeAudience,
  changeBaseline,
  tagsOf,
  worldInWords,
} from './policy-world.ts';
import { describeSets, devicesWith, recalculations, untilWorkedOut } from './wanted-states.ts';

const patches = 5;
const reads = 1_000;
/** A server that has run for a while has compiled what it does all the time; one that was just started has not. */
const roundsToWarmUp = 3;
const walks = 50;

interface Result {
  readonly name: string;
  readonly value: number;
}

/**
 * How long it takes from a change until every device shall have what follows from it, how fast it can be asked what one device shall
 * have, and how both grow with the number of devices.
 */
export async function benchmarkPolicies({ devices }: { devices: readonly number[] }): Promise<void> {
  console.log(
    `\n${worldInWords}\nA policy has ${settingsOfPolicy} settings; all policies speak of ${sharedSettings} of them. ` +
      'Devices and their users are written to the database, because as many requests would take too long; all else goes through the API.\n',
  );
  const results: Result[][] = [];
  for (const count of devices) results.push(await measure(count));
  print(devices, results);
}

/** The same things in the same order for any number of devices. */
async function measure(count: number): Promise<Result[]> {
  await using muster = await startMuster();
  await using opened = new AsyncDisposableStack();
  const database = opened.adopt(openDatabase({ url: muster.databaseUrl }), (it) => it.close());
  const memory = watchMemory(muster);
  opened.defer(() => memory.stop());

  const results: Result[] = [];
  const say = (text: string) => console.log(`${String(count).padStart(7)} devices: ${text}`);
  const note = (name: string, value: number) => {
    results.push({ name, value });
    say(`${name}: ${shown(value)}`);
  };
  const noteMemory = () => note('  memory after it, MB', muster.memory());
  const inBackground = async (name: string, change: () => Promise<void>) => {
    const seconds = stopwatch();
    await change();
    note(`${name}: answer, s`, seconds());
    await untilWorkedOut(async () => (await recalculations(database)).open === 0);
    note('  until all is worked out, s', seconds());
    note('  devices that were looked at', (await recalculations(database)).lastTotal);
    noteMemory();
  };

  const { url } = muster;
  const world = await addPolicyWorld(url);
  const filling = stopwatch();
  const ids = await addManyDevices(database, { count, tagsOf });
  say(`written in ${filling().toFixed(1)} s`);
  note('memory before, MB', muster.memory());

  await inBackground('first calculation', () => assignToAllDevices(url, world.baseline));
  await expectAll(database, 0, count);
  say(await describeSets(database));

  const answers: number[] = [];
  const times: number[] = [];
  for (let marker = 1; marker <= patches; marker++) {
    const seconds = stopwatch();
    await changeBaseline(url, world.baseline, marker);
    answers.push(seconds());
    await untilWorkedOut(async () => {
      // What is seen was so when it was looked at.
      const looked = seconds();
      const isSo = (await devicesWith(database, marker)) === count;
      if (isSo) times.push(looked);
      return isSo;
    });
  }
  note('PATCH of a policy that all have: answer, s', median(answers));
  note('  until every device has the new one, s', median(times));
  note(`  the slowest of ${patches}, s`, Math.max(...times));
  noteMemory();

  const everyone = await addAudience(url, 'Everyone', [['managed']]);
  await inBackground('rule that gives all a policy', () =>
    addRule(url, 'Everyone', everyone, world.windows.slice(0, 1)),
  );
  await inBackground('PUT of an audience: another team, too', () =>
    changeAudience(url, world.audiences[0]!, [tagsOf(0), tagsOf(1)]),
  );
  await expectAll(database, patches, count);

  const paths = Array.from({ length: reads }, (_, index) => {
    const id = ids[Math.floor(((index * 0.618_033_988_75) % 1) * ids.length)]!;
    return `${url}/api/v1/organizations/default/devices/${id}/effective-policy`;
  });
  const text = await read(paths[0]!);
  note('effective-policy, a page: answer, KB', text.length / 1_000);
  await copyForBareServer(muster.databaseUrl, JSON.parse(text));
  const warmUp = async (urls: readonly string[], sent: Record<string, string>) => {
    for (let round = 0; round < roundsToWarmUp; round++) await askEach(urls, sent, 1);
  };
  await warmUp(paths, headers);
  {
    await using bare = await startBareServer(muster.databaseUrl);
    const same = Array(reads).fill(`${bare.url}/item/1`);
    await warmUp(same, {});
    const { p50, p99 } = await askEach(same, {}, 1);
    note('  bare route with the same answer: p50 ms', p50);
    note('    p99 ms', p99);
  }
  for (const connections of [1, 8]) {
    const { p50, p99, perSecond } = await askEach(paths, headers, connections);
    note(`  ${connections} at once: p50 ms`, p50);
    note('    p99 ms', p99);
    note('    requests/s', perSecond);
  }
  const walked = [];
  let settings = 0;
  for (const path of paths.slice(0, walks)) {
    const seconds = stopwatch();
    settings = await walk(path);
    walked.push(seconds() * 1_000);
  }
  note('effective-policy, all pages: settings', settings);
  note('  1 at once: p50 ms', median(walked));
  noteMemory();
  note('highest memory of all, MB', memory.highest());
  return results;
}

async function read(url: string): Promise<string> {
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}

/** Reads an effective policy page by page; the number of its settings. */
async function walk(url: string): Promise<number> {
  let settings = 0;
  for (let after: string | null = ''; after !== null;) {
    const page: { settings: unknown[]; next: string | null } = JSON.parse(
      await read(after === '' ? url : `${url}?after=${after}`),
    );
    settings += page.settings.length;
    after = page.next;
  }
  return settings;
}

async function expectAll(database: Database, marker: number, count: number): Promise<void> {
  const found = await devicesWith(database, marker);
  if (found !== count) throw new Error(`${found} of ${count} devices shall have what they should.`);
}

/** Seconds since it was made. */
function stopwatch(): () => number {
  const start = performance.now();
  return () => (performance.now() - start) / 1_000;
}

function watchMemory(process: Muster) {
  let highest = process.memory();
  const timer = setInterval(() => {
    highest = Math.max(highest, process.memory());
  }, 250);
  return { highest: () => highest, stop: () => clearInterval(timer) };
}

function print(devices: readonly number[], results: readonly (readonly Result[])[]): void {
  const width = Math.max(...results[0]!.map(({ name }) => name.length));
  const line = (name: string, cells: readonly string[]) =>
    console.log([name.padEnd(width), ...cells.map((cell) => cell.padStart(9))].join('  '));
  console.log('');
  line(
    'devices',
    devices.flatMap((count, index) => (index === 0 ? String(count) : [String(count), 'growth'])),
  );
  for (const [row, { name }] of results[0]!.entries()) {
    const values = results.map((ofSize) => ofSize[row]!.value);
    line(
      name,
      values.flatMap((value, index) =>
        index === 0 ? shown(value) : [shown(value), `× ${shown(value / values[index - 1]!)}`],
      ),
    );
  }
}

function shown(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
