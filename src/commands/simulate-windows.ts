import type { Command } from 'commander';
import { oneOf, type FleetOptions } from './fleet-options.ts';
import { simulateFleet } from './simulated-fleet.ts';

interface SimulateOptions extends FleetOptions {
  code: string;
  user: string;
  form: string;
}

const forms = ['windows10', 'windows11'] as const;

export function addSimulateWindows(simulate: Command): Command {
  return simulate
    .command('windows')
    .description('Enrol simulated Windows PCs, and let them hold sessions until Ctrl-C')
    .requiredOption('--enrollment-url <url>', 'URL of the discovery service, as an enrolment has it')
    .requiredOption('--code <code>', 'code of the enrolment, which is the password')
    .option('--user <email>', 'who enrols them', 'enroll@example.com')
    .option('--form <form>', forms.join(', '), 'windows11')
    .action(async (options: SimulateOptions) => {
      process.exitCode = await simulateWindows(options);
    });
}

function simulateWindows(options: SimulateOptions): Promise<number> {
  const hardware = { form: oneOf(forms, '--form', options.form) };
  const credential = { kind: 'onPremise', username: options.user, password: options.code } as const;
  const load = () => import('../../test/simulated-devices/windows/index.ts');
  return simulateFleet(options, load, ({ simulatedWindowsDevice }, parts, enrollmentUrl) => {
    const device = simulatedWindowsDevice({ ...parts, hardware });
    return {
      enroll: () => device.enroll(enrollmentUrl, credential),
      checkIn: async () => (await device.sync()).received.length,
      isEnrolled: () => device.state.enrollment !== undefined,
    };
  });
}
