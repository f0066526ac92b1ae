import type { Command } from 'commander';
import { addSimulateApple } from './simulate-apple.ts';
import { addSimulateWindows } from './simulate-windows.ts';
import { most } from './fleet-options.ts';

export function addSimulateCommands(program: Command): void {
  const simulate = program.command('simulate').description('Simulated devices, to try a server with');
  for (const add of [addSimulateApple, addSimulateWindows]) {
    add(simulate)
      .option('--count <number>', `how many devices, at most ${most}`, '10')
      .option('--interval <seconds>', 'how often each checks in, about', '60')
      .option('--for <seconds>', 'end after so long, in place of Ctrl-C')
      .option('--url <origin>', "the server's origin, where it is not the one that it names")
      .option('--ca <file>', 'PEM of the authority of its certificate, such as data/tls/ca.pem');
  }
}
