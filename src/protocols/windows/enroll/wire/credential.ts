import { textOfBase64 } from '../../../../kernel/base64.ts';
import { Fault } from '../../../../kernel/fault.ts';
import { Secret } from '../../../../kernel/secret.ts';
import { childOf, textOfChild } from '../../../../kernel/xml/xml-tree.ts';
import type { Envelope } from './envelope.ts';
import { tokenTypes } from './namespaces.ts';

/** How the sender of a message shows what entitles it: what the user typed, the token of a sign-in page, or one of Entra ID. */
export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: Secret }
  | { readonly kind: 'userToken' | 'jwt'; readonly token: Secret };

/** Faults: `tokenMissing`, `tokenMalformed`. */
export function readCredential({ security }: Pick<Envelope, 'security'>): Credential {
  const typed = security && childOf(security, 'UsernameToken');
  if (typed) {
    const password = childOf(typed, 'Password');
    const type = password?.attributes['Type'] ?? '#PasswordText';
    if (!password || !type.endsWith('#PasswordText')) {
      throw new Fault('tokenMalformed', 'The UsernameToken has no password as plain text.');
    }
    const username = textOfChild(typed, 'Username') ?? '';
    return { kind: 'password', username, password: new Secret(password.text.trim()) };
  }
  const token = security && childOf(security, 'BinarySecurityToken');
  if (!token) {
    throw new Fault('tokenMissing', 'The message has neither a UsernameToken nor a BinarySecurityToken.');
  }
  const kind = kinds.get(token.attributes['ValueType'] ?? '');
  const text = textOfBase64(token.text);
  if (!kind || !text) {
    throw new Fault('tokenMalformed', 'The BinarySecurityToken is of no known type, or is not Base64.');
  }
  return { kind, token: new Secret(text) };
}

const kinds: ReadonlyMap<string, 'userToken' | 'jwt'> = new Map([
  [tokenTypes.userToken, 'userToken'],
  [tokenTypes.jwt, 'jwt'],
]);
