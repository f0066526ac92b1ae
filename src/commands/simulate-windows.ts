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

async function simulateWindows(options: SimulateOptions): Promise<number> {
  const form = forms.find((one) => one === options.form);
  if (!form) throw wrongOption('--form', options.form, forms.join(', '));
  const settings = await readFleetSettings(options);
  const enrollmentUrl = readEnrollmentUrl(options.enrollmentUrl);
  const { httpTransport, keyPool, simulatedWindowsDevice } = await loadDevices(
    () => import('../../test/simulated-devices/windows/index.ts'),
  );
  const { authorities } = settings;
  using http = httpTransport(authorities === undefined ? {} : { authorities });
  const newKeyPair = keyPool(keysOf(settings));
  const credential = { kind: 'onPremise', username: options.user, password: options.code } as const;
  return await runFleet(settings, () => {
    const device = simulatedWindowsDevice({
      hardware: { form },
      transport: (request) => http.send({ ...request, url: redirected(request.url, settings) }),
      random: randomBytes,
      clock: systemClock,
      newKeyPair,
    });
    return {
      enroll: () => device.enroll(enrollmentUrl, credential),
      checkIn: async () => (await device.sync()).received.length,
      isEnrolled: () => device.state.enrollment !== undefined,
    };
  });
}
