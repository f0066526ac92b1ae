import { Secret } from '../../kernel/secret.ts';
import type { Scope, WriteContext } from '../../tenancy/index.ts';
import { channelTables } from './tables.ts';

type EscrowedToken = 'unlock_token' | 'bootstrap_token';

/** Keeps the bootstrap token of a Mac, encrypted; undefined forgets it. */
export async function keepBootstrapToken(
  { db, scope, secrets }: WriteContext,
  channel: string,
  token: Uint8Array | undefined,
): Promise<void> {
  const purpose = purposeOfToken(scope, 'bootstrap_token', channel);
  const text = token && new Secret(Buffer.from(token).toString('base64'));
  await channelTables(db)
    .updateTable('devices_apple_channel')
    .set({ bootstrap_token: text ? secrets.seal(text, purpose) : null })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', channel)
    .execute();
}

/** What a device left with the server so that it can be unlocked, or a user of it trusted; undefined when it left nothing. */
export async function escrowedToken(
  { db, scope, secrets }: WriteContext,
  channel: string,
  name: EscrowedToken,
): Promise<Buffer | undefined> {
  const row = await channelTables(db)
    .selectFrom('devices_apple_channel')
    .select(name)
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', channel)
    .executeTakeFirst();
  const sealed = row?.[name];
  if (!sealed) return undefined;
  return Buffer.from(secrets.open(sealed, purposeOfToken(scope, name, channel)).reveal(), 'base64');
}

export function purposeOfToken({ organization }: Scope, name: EscrowedToken, channel: string): string {
  return `devices_apple_channel.${name}:${organization.id}/${channel}`;
}
