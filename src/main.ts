#!/usr/bin/env node
import { Command } from 'commander';
import { addAgentCommand } from './commands/agent.ts';
import { addApplicationCommands } from './commands/application.ts';
import { addCspCommands } from './commands/csp.ts';
import { addMigrateCommand } from './commands/migrate.ts';
import { addOrganizationCommands } from './commands/organization.ts';
import { addServeCommand } from './commands/serve.ts';
import { addSimulateCommands } from './commands/simulate.ts';
import { addTokenCommands } from './commands/token.ts';
import { Fault } from './kernel/fault.ts';

const program = new Command('muster')
  .description('Self-hosted unified endpoint management server')
  .showHelpAfterError('Run the same with --help to see what it takes.');

addServeCommand(program);
addOrganizationCommands(program);
addTokenCommands(program);
addApplicationCommands(program);
addCspCommands(program);
addMigrateCommand(program);
addAgentCommand(program);
addSimulateCommands(program);

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(error instanceof Fault ? `${error.message}\n` : `${String((error as Error).stack)}\n`);
  process.exitCode = 1;
}
