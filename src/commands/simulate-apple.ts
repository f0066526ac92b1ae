import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { systemClock } from '../kernel/clock.ts';
import {
  keysOf,
  loadDevices,
  readEnrollmentUrl,
  readFleetSettings,
  redirected,
  runFleet,
  wrongOption,
  type FleetOptions,
} from './simulated-fleet.ts';

interface SimulateOptions extends FleetOptions {
  enrollmentUrl: string;
  kind: string;
}

const kinds = ['mac', 'iphone', 'ipad'] as const;

export function addSimulateApple(simulate: Command): Command {
  return simulate
    .command('apple')
    .description('Enrol simulated Apple devices, and let them check in until Ctrl-C')
    .requiredOption('--enrollment-url <url>', 'URL of the enrolment profile, as an enrolment has it')
    .option('--kind <kind>', kinds.join(', '), 'mac')
    .action(async (options: SimulateOptions) => {
      process.exitCode = await simulateApple(options);
    });
}

async function simulateApple(options: SimulateOptions): Promise<number> {
  const kind = kinds.find((one) => one === options.kind);
  if (!kind) throw wrongOption('--kind', options.kind, kinds.join(', '));
  const settings = await readFleetSettings(options);
  const enrollmentUrl = readEnrollmentUrl(options.enrollmentUrl);
  const { httpTransport, keyPool, simulatedDevice } = await loadDevices(
    () => import('../../test/simulated-devices/apple/index.ts'),
  );
  const { authorities } = settings;
  using http = httpTransport(authorities === undefined ? {} : { authorities });
  const newKeyPair = keyPool(keysOf(settings));
  return await runFleet(settings, () => {
    const device = simulatedDevice({
      hardware: { kind },
      transport: (request) => http.send({ ...request, url: redirected(request.url, settings) }),
      random: randomBytes,
      clock: systemClock,
      newKeyPair,
    });
    return {
      enroll: () => device.enroll(enrollmentUrl),
      checkIn: async () => (await device.checkIn()).length,
      isEnrolled: () => device.state.enrollment !== undefined,
    };
  });
}
