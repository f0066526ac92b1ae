import { ns } from '../namespaces.ts';
import { leaf, tag } from '../xml/write-xml.ts';

/** How somebody enrols. */
export type Credential =
  /** E-mail and password, or what stands in place of it. */
  | { readonly kind: 'onPremise'; readonly username: string; readonly password: string }
  /** Signs in at the page of the server: given its URL, answers the token that it ended with (`wresult`). */
  | { readonly kind: 'federated'; readonly username: string; signIn(pageUrl: string): Promise<string> }
  /** A PC that is joined to Entra ID, by an access token. */
  | { readonly kind: 'entra'; readonly username: string; readonly token: string };

/** What goes into each message, once it is known. */
export type Proof =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly valueType: string; readonly token: string };

/** What Windows offers in Discover. */
export const authPolicies = ['OnPremise', 'Federated'] as const;
export type AuthPolicy = (typeof authPolicies)[number];

const passwordType =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText';
export const base64Encoding = `${ns.security}#base64binary`;

/** The address of the page on which a person signs in, as Windows opens it. */
function signInUrl(authenticationServiceUrl: string, username: string): string {
  const url = new URL(authenticationServiceUrl);
  url.searchParams.set('appru', applicationUri);
  url.searchParams.set('login_hint', username);
  return url.href;
}

/** Where the page sends its result. */
const applicationUri = 'ms-app://windows.immersivecontrolpanel';

export async function proofOf(
  credential: Credential,
  authPolicy: AuthPolicy,
  authenticationServiceUrl: string | undefined,
): Promise<Proof> {
  switch (credential.kind) {
    case 'onPremise': {
      if (authPolicy !== 'OnPremise') throw new Error(`the server wants ${authPolicy}, not a password`);
      const { username, password } = credential;
      return { kind: 'password', username, password };
    }
    case 'federated': {
      if (authenticationServiceUrl === undefined)
        throw new Error(`the server wants ${authPolicy}, no sign-in`);
      const token = await credential.signIn(signInUrl(authenticationServiceUrl, credential.username));
      return { kind: 'token', valueType: `${ns.configurationManager}/DeviceEnrollmentUserToken`, token };
    }
    case 'entra':
      return { kind: 'token', valueType: 'urn:ietf:params:oauth:token-type:jwt', token: credential.token };
  }
}

/** Markup of the `wsse:Security` header. */
export function securityOf(proof: Proof): string {
  return proof.kind === 'password'
    ? tag(
        'wsse:UsernameToken u:Id="uuid-cc1ccc1f-2fba-4bcf-b063-ffc0cac77917-4"',
        leaf('wsse:Username', proof.username),
        leaf(`wsse:Password Type="${passwordType}"`, proof.password),
      )
    : leaf(
        `wsse:BinarySecurityToken ValueType="${proof.valueType}" EncodingType="${base64Encoding}"`,
        Buffer.from(proof.token).toString('base64'),
      );
}
