import type { Command } from 'commander';
import { readProcessConfig } from '../config.ts';
import { printJson } from './output.ts';
import { openServices } from './services.ts';

export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('Bring the database schema up to date, as serve does at its start')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      await using services = await openServices(readProcessConfig());
      const { migrated } = services;
      if (options.json) printJson({ applied: migrated });
      else process.stdout.write(migrated.length > 0 ? `Applied ${migrated.join(', ')}.\n` : 'Up to date.\n');
    });
}
