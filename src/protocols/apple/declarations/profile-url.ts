import type { Id } from '../../../kernel/id.ts';
import { hexOfId } from '../../../kernel/id.ts';
import type { WriteContext } from '../../../tenancy/index.ts';

export const profilePath = '/mdm/apple/profiles';

/**
 * Where one device fetches one profile that is declared to it. The last part is nothing that anybody else can make up, so that it says enough
 * of who asks; it stays the same, because another URL is another declaration.
 */
export function profileUrl(publicUrl: string, context: WriteContext, deviceId: Id, hash: string): string {
  const { scope } = context;
  const path = [profilePath, hexOfId(scope.organization.id), hexOfId(deviceId)].join('/');
  return `${publicUrl}${path}/${profileToken(context, deviceId, hash)}`;
}

export function profileToken({ secrets }: Pick<WriteContext, 'secrets'>, deviceId: Id, hash: string): string {
  return secrets.authenticate(hash, `declared profile:${deviceId}`).toString('base64url');
}
