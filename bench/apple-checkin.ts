import { load, loadInRounds, type Target } from './load.ts';
import { startMuster } from './muster.ts';
import { settingsOfPolicy, settledDevices } from './settled-devices.ts';
import { countingSettings, gatherStatistics, statementCounter } from './statements.ts';
import { copyForBareServer, startBareServer } from './yardstick.ts';

const devices = 500;
const connectionCounts = [1, 16, 64];
const secondsOfCounting = 2;

/**
 * Apple devices that call although nothing changed: each request is signed, and its signature is verified each time. Beside it are the bare
 * route of the other benchmarks, and one that is sent the very same requests.
 */
export async function benchmarkAppleCheckin(settings: { seconds: number; rounds: number }): Promise<void> {
  await using muster = await startMuster({ databaseSettings: countingSettings });
  const { url, requests } = await settledDevices(muster.url, devices);
  await gatherStatistics(muster.databaseUrl);
  await copyForBareServer(muster.databaseUrl, { answer: 'nothing to do' });
  await using bare = await startBareServer(muster.databaseUrl);
  await using statements = await statementCounter(muster.databaseUrl);
  const checkIn: Target = {
    name: 'PUT mdm/apple/connect, signed Idle',
    url,
    method: 'PUT',
    requests,
    answersNothing: true,
  };
  const targets: Target[] = [
    { name: 'bare Fastify route, one primary-key read', url: `${bare.url}/item/1` },
    { ...checkIn, name: 'the same, sent the same requests', url: `${bare.url}/call/1` },
    checkIn,
  ];
  const { headers, body } = requests[0]!;
  console.log(
    `\n${devices} Macs that have a policy of ${settingsOfPolicy} settings, and nothing left to do. Each sends the same ${body.length} bytes ` +
      `again and again,\nso they were signed once, before; the server verifies the signature (${headers['mdm-signature']!.length} bytes of ` +
      `header) each time.\n${settings.rounds} rounds of ${settings.seconds} s each; the middle round of each line`,
  );
  const width = Math.max(...targets.map(({ name }) => name.length));
  for (const connections of connectionCounts) {
    const results = await loadInRounds(targets, { ...settings, connections });
    let counted = 0;
    const calls = await statements.during(async () => {
      counted = (await load(checkIn, connections, secondsOfCounting)).count;
    });
    console.log(
      `\n${`${connections} connection${connections === 1 ? '' : 's'}`.padEnd(width)}  requests/s  p50 ms  p99 ms  of bare  statements`,
    );
    for (const [index, { name }] of targets.entries()) {
      const { perSecond, p50, p99 } = results[index]!;
      console.log(
        [
          name.padEnd(width),
          perSecond.toFixed(0).padStart(10),
          p50.toFixed(0).padStart(6),
          p99.toFixed(0).padStart(6),
          (perSecond / results[0]!.perSecond).toFixed(2).padStart(7),
          (name === checkIn.name ? (calls / counted).toFixed(2) : '1').padStart(10),
        ].join('  '),
      );
    }
  }
  console.log(`\nmemory after the load: Muster ${muster.memory()} MB, bare ${bare.memory()} MB`);
}
