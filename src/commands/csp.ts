import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import { readProcessConfig } from '../config.ts';
import { Fault } from '../kernel/fault.ts';
import {
  catalogueInUse,
  findNode,
  listCspVersions,
  takenBy,
  type CatalogueDifference,
  type CspNode,
} from '../policies/csp/index.ts';
import { importCatalogue, useCatalogue, type CatalogueChange } from '../policies/index.ts';
import { printFacts, printJson, printTable } from './output.ts';
import { openServices } from './services.ts';

const builtIn = 'built-in';

/** The catalogue of Windows settings: see docs/windows-settings.md. */
export function addCspCommands(program: Command): void {
  const csp = program.command('csp').description('What is known of Windows settings, for all organizations');

  csp
    .command('import')
    .description("Import Microsoft's DDF v2 zip file and use it")
    .argument('<file>', 'the zip file, as Microsoft has it for download')
    .option('--json', 'print JSON, with every setting that differs')
    .action(async (file: string, options: { json?: boolean }) => {
      const bytes = await readZip(file);
      await using services = await openServices(readProcessConfig());
      const name = basename(file).slice(-256);
      printChange(await importCatalogue(services, randomUUID(), { name, bytes }), options);
    });

  csp
    .command('use')
    .description('Use another version that was imported before')
    .argument('<version>', `its number, as list shows it, or ${builtIn}`)
    .option('--json', 'print JSON, with every setting that differs')
    .action(async (text: string, options: { json?: boolean }) => {
      const version = versionOf(text);
      await using services = await openServices(readProcessConfig());
      printChange(await useCatalogue(services, randomUUID(), version), options);
    });

  csp
    .command('list')
    .description('List the versions that were imported, newest first')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      await using services = await openServices(readProcessConfig());
      const versions = await listCspVersions(services.database);
      if (options.json) printJson(versions);
      else {
        printTable(
          versions.map((version) => ({
            version: String(version.number),
            file: version.fileName,
            settings: String(version.leaves),
            sha256: version.sha256.slice(0, 12),
            imported: version.importedAt.toISOString(),
            state: version.inUse ? 'in use' : '',
          })),
        );
      }
    });

  csp
    .command('show')
    .description('Show what is known of a setting')
    .argument('<uri>', 'its OMA-URI, such as ./Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption')
    .option('--json', 'print JSON')
    .action(async (uri: string, options: { json?: boolean }) => {
      await using services = await openServices(readProcessConfig());
      const node = findNode(await catalogueInUse(services.database), uri);
      if ('similar' in node) {
        const hint = node.similar === undefined ? '' : ` Did you mean ${node.similar}?`;
        throw new Fault('notFound', `The catalogue that is in use does not have ${uri}.${hint}`);
      }
      if (options.json) printJson(node);
      else printFacts(facts(node));
    });
}

/** Larger files are not even read; Microsoft's has less than a megabyte. */
const largestZip = 64 * 1024 * 1024;

async function readZip(file: string): Promise<Buffer> {
  try {
    const { size } = await stat(file);
    if (size <= largestZip) return await readFile(file);
  } catch (cause) {
    throw new Fault('invalidInput', `${file} cannot be read: ${(cause as Error).message}.`, { cause });
  }
  throw new Fault('payloadTooLarge', `${file} is larger than ${largestZip} bytes.`);
}

function versionOf(text: string): number {
  if (text === builtIn) return 0;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Fault('invalidInput', `'${text}' is neither a version nor ${builtIn}. See: muster csp list`);
}

const words: Readonly<Record<keyof CatalogueDifference, string>> = {
  added: 'new',
  removed: 'gone',
  changed: 'not as before',
};

const shownAtMost = 20;

function printChange(change: CatalogueChange, { json }: { json?: boolean }): void {
  if (json) return printJson(change);
  const { version, ...difference } = change;
  const used = version === 0 ? 'What Muster brings is' : `Version ${version} is`;
  process.stdout.write(`${used} in use.\n`);
  for (const [kind, paths] of Object.entries(difference)) {
    const noun = paths.length === 1 ? 'setting is' : 'settings are';
    process.stdout.write(`${paths.length} ${noun} ${words[kind as keyof CatalogueDifference]}\n`);
    for (const path of paths.slice(0, shownAtMost)) process.stdout.write(`  ${path}\n`);
    if (paths.length > shownAtMost) process.stdout.write('  … (--json prints all)\n');
  }
}

function facts(node: CspNode): Record<string, string> {
  const { path, title, format, allowed: _, delimiter: __, access, ...rest } = node;
  const others = Object.entries(rest).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return {
    path,
    ...(title !== undefined && { title }),
    format,
    ...(format !== 'node' && format !== 'null' && { takes: takenBy(node) }),
    access: access.join(', '),
    ...(Object.fromEntries(others) as Record<string, string>),
  };
}
