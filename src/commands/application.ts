import { randomBytes, randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { readProcessConfig } from '../config.ts';
import { Secret } from '../kernel/secret.ts';
import { change, createApplication, operatorScope } from '../tenancy/index.ts';
import { organizationOfSlug } from './named-organization.ts';
import { permissionsOfNames } from './named-permissions.ts';
import { printFacts, printJson } from './output.ts';
import { openServices } from './services.ts';

interface CreateOptions {
  organization: string;
  name: string;
  permission: string[];
  json?: boolean;
}

export function addApplicationCommands(program: Command): void {
  const application = program.command('application').description('OAuth2 applications of an organization');

  application
    .command('create')
    .description('Create an application that signs in with client credentials; its secret is shown once')
    .requiredOption('--name <name>', 'name of the application')
    .option('--organization <slug>', 'organization', 'default')
    .option(
      '--permission <names...>',
      "permissions in Muster's, Applivery's or Microsoft Graph's words, or all",
      ['all'],
    )
    .option('--json', 'print JSON')
    .action(async (options: CreateOptions) => {
      const permissions = permissionsOfNames(options.permission);
      await using services = await openServices(readProcessConfig());
      const organization = await organizationOfSlug(services, options.organization);
      const clientSecret = new Secret(randomBytes(32).toString('base64url'));
      const created = await change(services, operatorScope(organization, randomUUID()), (context) =>
        createApplication(context, {
          name: options.name,
          clientId: randomUUID(),
          clientSecret,
          salt: randomBytes(16),
          permissions,
        }),
      );
      const facts = {
        name: created.name,
        tenantId: organization.tenantId,
        clientId: created.clientId,
        clientSecret: clientSecret.reveal(),
      };
      if (options.json) printJson({ id: created.id, ...facts, permissions });
      else printFacts(facts);
    });
}
