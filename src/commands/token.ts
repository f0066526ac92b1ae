import { randomBytes, randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { readProcessConfig } from '../config.ts';
import { Fault } from '../kernel/fault.ts';
import { parseGuidId, parseHexId } from '../kernel/id.ts';
import {
  change,
  createToken,
  listTokens,
  newTokenText,
  operatorScope,
  revokeToken,
  type Token,
} from '../tenancy/index.ts';
import { organizationOfSlug } from './named-organization.ts';
import { permissionsOfNames } from './named-permissions.ts';
import { printFacts, printJson, printTable } from './output.ts';
import { openServices } from './services.ts';

interface CreateOptions {
  organization: string;
  name: string;
  permission: string[];
  expires?: string;
  json?: boolean;
}

export function addTokenCommands(program: Command): void {
  const token = program.command('token').description("Bearer tokens of an organization's service accounts");

  token
    .command('create')
    .description('Create a token; it is shown once')
    .requiredOption('--name <name>', 'name of the service account')
    .option('--organization <slug>', 'organization', 'default')
    .option(
      '--permission <names...>',
      "permissions in Muster's, Applivery's or Microsoft Graph's words, or all",
      ['all'],
    )
    .option('--expires <date>', 'when it expires, such as 2027-01-31 (never)')
    .option('--json', 'print JSON')
    .action(async (options: CreateOptions) => {
      const permissions = permissionsOfNames(options.permission);
      const expiresAt = readDate(options.expires);
      await using services = await openServices(readProcessConfig());
      const scope = operatorScope(await organizationOfSlug(services, options.organization), randomUUID());
      const text = newTokenText(randomBytes);
      const created = await change(services, scope, (context) =>
        createToken(context, { serviceAccount: options.name, permissions, expiresAt, token: text }),
      );
      const shown = { ...facts(created), token: text.reveal() };
      if (options.json) printJson({ ...shown, permissions });
      else printFacts(shown);
    });

  token
    .command('list')
    .description('List the tokens of an organization')
    .option('--organization <slug>', 'organization', 'default')
    .option('--json', 'print JSON')
    .action(async (options: { organization: string; json?: boolean }) => {
      await using services = await openServices(readProcessConfig());
      const scope = operatorScope(await organizationOfSlug(services, options.organization), randomUUID());
      const tokens = await listTokens({ db: services.database, scope });
      if (options.json) printJson(tokens);
      else printTable(tokens.map(facts));
    });

  token
    .command('revoke')
    .description('Revoke a token: it is refused from the next request on')
    .argument('<id>', 'id of the token, as list shows it')
    .option('--organization <slug>', 'organization', 'default')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { organization: string; json?: boolean }) => {
      const tokenId = parseGuidId(id) ?? parseHexId(id);
      if (!tokenId)
        throw new Fault('invalidInput', `'${id}' is not the id of a token. See: muster token list`);
      await using services = await openServices(readProcessConfig());
      const scope = operatorScope(await organizationOfSlug(services, options.organization), randomUUID());
      const revoked = await change(services, scope, (context) => revokeToken(context, tokenId));
      if (options.json) printJson(revoked);
      else printFacts(facts(revoked));
    });
}

function readDate(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) {
    throw new Fault(
      'invalidInput',
      `'${text}' is not a date. Write it as 2027-01-31 or 2027-01-31T12:00:00Z.`,
    );
  }
  return date;
}

function facts(token: Token): Record<string, string> {
  const day = (date: Date | null) => date?.toISOString() ?? 'never';
  return {
    id: token.id,
    name: token.serviceAccount.name,
    permissions: String(token.permissions.length),
    created: day(token.createdAt),
    expires: day(token.expiresAt),
    'last used': day(token.lastUsedAt),
    state: token.revokedAt ? `revoked ${day(token.revokedAt)}` : 'valid',
  };
}
