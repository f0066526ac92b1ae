import { createHash, X509Certificate } from 'node:crypto';
import { certificatesIn, type Identity } from '../pki/asn1.ts';
import { certificateRequest, selfSigned } from '../pki/certificates.ts';
import { ScepRefusal } from './failures.ts';
import { ServerRefusal } from '../server-refusal.ts';
import { makeUuid } from '../uuid.ts';
import type { Hardware } from './hardware.ts';
import { dataIn, isDict, textIn, type PlistDict, type PlistValue } from './plist.ts';
import { pkiMessage, readPkiReply } from './scep-message.ts';
import { contentTypeOf } from '../transport.ts';
import type { DeviceSetup } from './state.ts';

/**
 * Gets an identity as a SCEP payload tells (RFC 8894): GetCACaps, GetCACert, PKIOperation by POST where the server can, else by GET.
 * Throws `ScepRefusal` where the server does not issue the certificate, `ServerRefusal` where it answers anything but 200.
 *
 * https://developer.apple.com/documentation/devicemanagement/scep
 */
export async function requestIdentity(
  setup: Pick<DeviceSetup, 'transport' | 'random' | 'newKeyPair'>,
  hardware: Hardware,
  payload: PlistDict,
): Promise<Identity> {
  const content = payload['PayloadContent'];
  if (!isDict(content)) throw new Error('the SCEP payload has no content');
  const url = textIn(content, 'URL');
  if (url === undefined) throw new Error('the SCEP payload has no URL');
  const capabilities = await getCapabilities(setup, url);
  const authority = await getAuthority(setup, url, content);

  const size = content['Keysize'];
  const keys = await setup.newKeyPair(typeof size === 'number' ? size : 1_024);
  const signer = selfSigned(keys.privateKey, keys.publicKey, 'MDM SCEP SIGNER', setup.random);
  const request = certificateRequest(
    keys,
    textIn(content, 'Challenge'),
    subjectOf(content['Subject'], hardware),
  );
  const senderNonce = setup.random(16);
  const transactionId = makeUuid(setup.random);
  const message = pkiMessage(request, authority, signer, {
    transactionId,
    senderNonce,
    random: setup.random,
    cipher: capabilities.has('AES') || capabilities.has('SCEPStandard') ? 'aes128' : 'des3',
    digest: capabilities.has('SHA-512') ? 'sha512' : capabilities.has('SHA-256') ? 'sha256' : 'sha1',
  });
  const isPosted = capabilities.has('POSTPKIOperation') || capabilities.has('SCEPStandard');
  const answer = await ask(
    setup,
    isPosted
      ? { url: `${url}?operation=PKIOperation`, body: message }
      : { url: `${url}?operation=PKIOperation&message=${encodeURIComponent(message.toString('base64'))}` },
  );
  const reply = readPkiReply(answer.body, authority, signer);
  if (reply.transactionId !== transactionId || !reply.recipientNonce.equals(senderNonce)) {
    throw new Error('the answer is one to another request');
  }
  if (reply.status !== '0') throw new ScepRefusal(reply.status ?? 'missing', reply.failInfo);
  const certificate = reply.certificates.find((one) => one.checkPrivateKey(keys.privateKey));
  if (!certificate) throw new Error("the answer has no certificate of the device's key");
  return { certificate, key: keys.privateKey };
}

async function ask(
  { transport }: Pick<DeviceSetup, 'transport'>,
  { url, body }: { readonly url: string; readonly body?: Buffer },
) {
  const answer = await transport({
    method: body ? 'POST' : 'GET',
    url,
    headers: body ? { 'content-type': 'application/x-pki-message' } : {},
    ...(body && { body }),
  });
  if (answer.status !== 200)
    throw new ServerRefusal(url.replace(/&message=.*/, ''), answer.status, answer.body);
  return answer;
}

async function getCapabilities(setup: DeviceScep, url: string): Promise<ReadonlySet<string>> {
  const { body } = await ask(setup, { url: `${url}?operation=GetCACaps` });
  return new Set(body.toString().split(/\r?\n/));
}

type DeviceScep = Pick<DeviceSetup, 'transport'>;

/** Of a chain, the authority that issues the others. Apple's client takes no content type but these two, without anything added. */
async function getAuthority(setup: DeviceScep, url: string, content: PlistDict): Promise<X509Certificate> {
  const name = textIn(content, 'Name');
  const query = name === undefined ? '' : `&message=${encodeURIComponent(name)}`;
  const answer = await ask(setup, { url: `${url}?operation=GetCACert${query}` });
  const authority = authorityIn(contentTypeOf(answer), answer.body);
  const fingerprint = dataIn(content, 'CAFingerprint');
  const actual = ['md5', 'sha1', 'sha256'].map((digest) => createHash(digest).update(authority.raw).digest());
  if (fingerprint && !actual.some((digest) => digest.equals(fingerprint))) {
    throw new Error('the authority has another fingerprint than the profile says');
  }
  return authority;
}

function authorityIn(contentType: string, body: Buffer): X509Certificate {
  switch (contentType) {
    case 'application/x-x509-ca-cert':
      return new X509Certificate(body);
    case 'application/x-x509-ca-ra-cert': {
      const authority = certificatesIn(body).find((certificate) => certificate.ca);
      if (!authority) throw new Error('GetCACert answered no certificate of an authority');
      return authority;
    }
    default:
      throw new Error(`GetCACert answered '${contentType}'`);
  }
}

const attributeTypes: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
};

/** The profile writes `[[["CN", "x"]], [["2.5.4.5", "serial"]]]`, with variables that macOS replaces. */
function subjectOf(
  subject: PlistValue | undefined,
  hardware: Hardware,
): readonly (readonly [string, string])[] {
  const replaced = (text: string) =>
    text
      .replaceAll('%SerialNumber%', hardware.serialNumber)
      .replaceAll('%HardwareUUID%', hardware.udid)
      .replaceAll('%ComputerName%', hardware.name);
  const names = (subject ?? []) as readonly (readonly (readonly [string, string])[])[];
  return names.flat().map(([type, text]) => [attributeTypes[type] ?? type, replaced(text)] as const);
}
