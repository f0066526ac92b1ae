import { parseHexId, hexOfId, type Id } from '../../../kernel/id.ts';
import { bytesOfBase64 } from '../../../kernel/base64.ts';
import { Fault } from '../../../kernel/fault.ts';
import { Secret } from '../../../kernel/secret.ts';
import type { SecretBox, WriteContext } from '../../../tenancy/index.ts';

/** So long a PC can fetch a package after it was told to: it may wait for its user, or be switched off. */
const lifetime = 3 * 24 * 3_600_000;
const purpose = 'windows content';

/** What a token opens. */
export interface ContentGrant {
  readonly organizationId: Id;
  readonly assetId: Id;
}

/**
 * Where a PC fetches an asset for some days. Windows fetches packages without credentials, so whoever has the URL has the file: the token in it
 * is sealed, names the one asset and ends.
 */
export function contentUrl({ scope, secrets, now }: WriteContext, publicUrl: string, assetId: Id): string {
  const end = now.getTime() + lifetime;
  const text = [hexOfId(scope.organization.id), hexOfId(assetId), end].join(' ');
  return `${publicUrl}/content/${secrets.seal(new Secret(text), purpose).toString('base64url')}`;
}

/** Undefined for what was not made here or has ended. */
export function openContentToken(secrets: SecretBox, token: string, now: Date): ContentGrant | undefined {
  const [organization = '', asset = '', end = ''] = textOf(secrets, token)?.split(' ') ?? [];
  const organizationId = parseHexId(organization);
  const assetId = parseHexId(asset);
  if (!organizationId || !assetId || Number(end) <= now.getTime()) return undefined;
  return { organizationId, assetId };
}

function textOf(secrets: SecretBox, token: string): string | undefined {
  const sealed = bytesOfBase64(token);
  if (!sealed) return undefined;
  try {
    return secrets.open(sealed, purpose).reveal();
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
