import type { Command } from 'commander';
import { oneOf, type FleetOptions } from './fleet-options.ts';
import { simulateFleet } from './simulated-fleet.ts';

interface SimulateOptions extends FleetOptions {
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

function simulateApple(options: SimulateOptions): Promise<number> {
  const hardware = { kind: oneOf(kinds, '--kind', options.kind) };
  const load = () => import('../../test/simulated-devices/apple/index.ts');
  return simulateFleet(options, load, ({ simulatedDevice }, parts, enrollmentUrl) => {
    const device = simulatedDevice({ ...parts, hardware });
    return {
      enroll: () => device.enroll(enrollmentUrl),
      checkIn: async () => (await device.checkIn()).length,
      isEnrolled: () => device.state.enrollment !== undefined,
    };
  });
}
