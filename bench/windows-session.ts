import { randomBytes } from 'node:crypto';
import {
  httpTransport,
  keyPool,
  simulatedWindowsDevice,
  type SimulatedWindowsDevice,
} from '../test/simulated-devices/windows/index.ts';
import { fiftySettings } from '../test/support/windows-settings.ts';
import { timeEach, type Measured } from './load.ts';
import { call, startMuster } from './muster.ts';
import { countingSettings, gatherStatistics, statementCounter, type StatementCounter } from './statements.ts';

const atOnce = 32;
/** Of every ten PCs one is looked at by the database, and not timed. */
const counted = 10;
const mostSessions = 5;
const keys = 8;
const proxy = { kind: 'proxyHeader', header: 'client-cert', form: 'rfc9440' } as const;

interface Line extends Measured {
  readonly name: string;
  readonly messages: number;
  readonly statements: number;
}

/**
 * Windows PCs that enrol, get fifty settings with their first session, and call again although nothing changed. The PCs run beside the server on
 * the same processors, and read and check each message, so a server alone does more.
 */
export async function benchmarkWindowsSession({ pcs: count }: { readonly pcs: number }): Promise<void> {
  await using muster = await startMuster({
    databaseSettings: countingSettings,
    environment: { MUSTER_CLIENT_CERTIFICATE_HEADER: proxy.header },
  });
  await using statements = await statementCounter(muster.databaseUrl);
  const enrollment = await enrollmentWithPolicy(muster.url, keys + count);
  using http = httpTransport();
  let messages = 0;
  const newKeyPair = keyPool(keys);
  const pcs = Array.from({ length: keys + count }, () =>
    simulatedWindowsDevice({
      hardware: { form: 'windows11' },
      transport: (request) => {
        messages += 1;
        return http.send(request);
      },
      random: randomBytes,
      clock: () => new Date(),
      newKeyPair,
      certificate: proxy,
    }),
  );
  const credential = { kind: 'onPremise', username: enrollment.username, password: enrollment.code } as const;
  const enrol = (pc: SimulatedWindowsDevice) => pc.enroll(enrollment.discoveryUrl, credential);
  // The first of them make the keys that all have, and have the server make its authority.
  for (const pc of pcs.splice(0, keys)) {
    await enrol(pc);
    await settle(pc);
  }

  const lines: Line[] = [];
  async function measure(
    name: string,
    work: (pc: SimulatedWindowsDevice) => Promise<unknown>,
  ): Promise<void> {
    const timed = pcs.filter((_, index) => index % counted !== 0);
    messages = 0;
    const measured = await timeEach(timed, atOnce, work);
    const each = messages / timed.length;
    const perSession = await countedFor(
      statements,
      pcs.filter((_, index) => index % counted === 0),
      work,
    );
    lines.push({ name, ...measured, messages: each, statements: perSession });
  }

  await measure('enrolment', enrol);
  await measure('first session', (pc) => pc.sync());
  await timeEach(pcs, atOnce, settle);
  await requireDelivered(muster.url, pcs);
  await gatherStatistics(muster.databaseUrl);
  await measure('session without a change', requireIdle);
  for (const pc of pcs) Object.assign(pc.setup, { certificate: { kind: 'none' } });
  await measure('the same, asked for a digest', requireIdle);
  print(lines, count);
  console.log(`\nmemory after the load: Muster ${muster.memory()} MB`);
}

async function enrollmentWithPolicy(url: string, maxUses: number) {
  await call('POST', `${url}/v1/organizations/default/mdm/windows/enterprise/policies`, {
    name: 'Everybody',
    config: fiftySettings,
  });
  const native = `${url}/api/v1/organizations/default`;
  const { items } = await call('GET', `${native}/policies`);
  return call('POST', `${native}/enrollments`, {
    platform: 'windows',
    maxUses,
    policies: [{ id: items[0].id, priority: 100 }],
  });
}

async function countedFor(
  statements: StatementCounter,
  pcs: readonly SimulatedWindowsDevice[],
  work: (pc: SimulatedWindowsDevice) => Promise<unknown>,
): Promise<number> {
  const all = await statements.during(async () => {
    await timeEach(pcs, atOnce, work);
  });
  return all / pcs.length;
}

async function requireIdle(pc: SimulatedWindowsDevice): Promise<void> {
  const { received } = await pc.sync();
  if (received.length > 0) throw new Error(`${pc.hardware.name} was told ${received.length} commands`);
}

async function settle(pc: SimulatedWindowsDevice): Promise<void> {
  for (let session = 0; session < mostSessions; session++) {
    if ((await pc.sync()).received.length === 0) return;
  }
  throw new Error(`${pc.hardware.name} is told commands again and again`);
}

/** PCs that shall have nothing would be idle, too. */
async function requireDelivered(url: string, pcs: readonly SimulatedWindowsDevice[]): Promise<void> {
  for (const pc of pcs) {
    for (const [uri, value] of Object.entries(fiftySettings)) {
      if (pc.value(uri) !== value) throw new Error(`${pc.hardware.name} has ${pc.value(uri)} at ${uri}`);
    }
  }
  const devices = `${url}/api/v1/organizations/default/devices`;
  const { items } = await call('GET', `${devices}?limit=1`);
  const { counts } = await call('GET', `${devices}/${items[0].id}/effective-policy?limit=1`);
  if (counts.verified === Object.keys(fiftySettings).length) return;
  throw new Error(`a PC does not have the policy: its settings are ${JSON.stringify(counts)}`);
}

function print(lines: readonly Line[], count: number): void {
  const width = Math.max(...lines.map(({ name }) => name.length));
  console.log(
    `\n${count} simulated PCs, ${atOnce} at once; certificates come in the header of a proxy\n\n${''.padEnd(width)}  each/s  p50 ms  p99 ms  messages  statements`,
  );
  for (const { name, perSecond, p50, p99, messages, statements } of lines) {
    console.log(
      [
        name.padEnd(width),
        perSecond.toFixed(0).padStart(6),
        p50.toFixed(0).padStart(6),
        p99.toFixed(0).padStart(6),
        messages.toFixed(1).padStart(8),
        statements.toFixed(1).padStart(10),
      ].join('  '),
    );
  }
}
