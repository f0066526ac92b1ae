import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { readProcessConfig } from '../config.ts';
import { transact } from '../database/index.ts';
import { hexOfId } from '../kernel/id.ts';
import {
  audit,
  change,
  createOrganization,
  listOrganizations,
  operatorScope,
  plans,
  renameOrganization,
  type Organization,
  nothingTouched,
} from '../tenancy/index.ts';
import { organizationOfSlug } from './named-organization.ts';
import { printFacts, printJson, printTable } from './output.ts';
import { openServices } from './services.ts';

export function addOrganizationCommands(program: Command): void {
  const organization = program.command('organization').description('Organizations of this server');

  organization
    .command('create')
    .description('Create an organization')
    .argument('<slug>', 'its name in paths: lower-case letters, digits, hyphens')
    .option('--name <name>', 'its name for people')
    .option('--tenant-id <guid>', 'its Entra-style tenant id (random)')
    .option('--plan <plan>', Object.keys(plans).join(', '), 'enterprise')
    .option('--json', 'print JSON')
    .action(
      async (slug: string, options: { name?: string; tenantId?: string; plan: string; json?: boolean }) => {
        await using services = await openServices(readProcessConfig());
        const created = await transact(services.database, async (db) => {
          const { newId, secrets } = services;
          const now = services.clock();
          const made = await createOrganization(
            { db, now, newId },
            { slug, name: options.name, tenantId: options.tenantId ?? randomUUID(), plan: options.plan },
          );
          await audit(
            { db, now, newId, secrets, scope: operatorScope(made, randomUUID()), touched: nothingTouched() },
            {
              action: 'organization.create',
              target: { type: 'organization', id: made.id, name: made.slug },
              before: null,
              after: made,
            },
          );
          return made;
        });
        if (options.json) printJson(facts(created));
        else printFacts(facts(created));
      },
    );

  organization
    .command('rename')
    .description('Give an organization another name for people; its devices show it when they enrol')
    .argument('<slug>', 'the organization')
    .argument('<name>', 'its new name')
    .option('--json', 'print JSON')
    .action(async (slug: string, name: string, options: { json?: boolean }) => {
      await using services = await openServices(readProcessConfig());
      const scope = operatorScope(await organizationOfSlug(services, slug), randomUUID());
      const renamed = await change(services, scope, (context) => renameOrganization(context, name));
      if (options.json) printJson(facts(renamed));
      else printFacts(facts(renamed));
    });

  organization
    .command('list')
    .description('List the organizations')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      await using services = await openServices(readProcessConfig());
      const rows = (await listOrganizations(services.database)).map(facts);
      if (options.json) printJson(rows);
      else printTable(rows);
    });
}

function facts(organization: Organization): Record<string, string> {
  return {
    id: hexOfId(organization.id),
    slug: organization.slug,
    name: organization.name,
    tenantId: organization.tenantId,
    plan: organization.plan,
    createdAt: organization.createdAt.toISOString(),
  };
}
