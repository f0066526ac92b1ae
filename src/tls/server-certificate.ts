import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { isIP, SocketAddress } from 'node:net';
import { join } from 'node:path';
import { Fault, invalidInput } from '../kernel/fault.ts';
import { isForHosts, issueAuthority, issueServerCertificate } from './certificate.ts';
import { readKept, writeKept } from './kept-file.ts';

const day = 86_400_000;
const authorityPeriod = 3_650 * day;
/** No platform takes a longer one: https://support.apple.com/102028 */
const serverPeriod = 397 * day;
const renewedBefore = 30 * day;
/** Clocks of devices that are a little behind accept a new certificate too. */
const backdated = 3_600_000;

/** PEM texts for a TLS server, and where the certificate of the authority lies that its clients must trust. */
interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  readonly caPath: string;
  /** That certificate itself. */
  readonly authority: string;
}

interface Authority {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

/**
 * The server's certificate for `hosts` (names and IP addresses) and this machine, signed by the server's own authority. Both are made at
 * the first start and kept in `folder`: `ca.pem`, `ca.key`, `server.pem`, `server.key`. The server's is renewed when it has less than 30
 * days left, when the hosts changed and when its files are damaged.
 *
 * The authority is what devices trust, so it is never replaced but when it is not there at all or has expired.
 * Faults: `invalidInput` (a host), `unavailable` (the folder, or a damaged authority).
 */
export async function serverCertificate(options: {
  readonly folder: string;
  readonly hosts: readonly string[];
  readonly now: Date;
}): Promise<ServerCertificate> {
  const { folder, now } = options;
  const hosts = certifiedHosts(options.hosts);
  const caPath = join(folder, 'ca.pem');
  const authority = await keptAuthority(caPath, join(folder, 'ca.key'), now);
  const trusted = { caPath, authority: authority.certificate.toString() };
  const certPath = join(folder, 'server.pem');
  const keyPath = join(folder, 'server.key');
  const [cert, key] = await Promise.all([readKept(certPath), readKept(keyPath)]);
  if (cert !== undefined && key !== undefined && isGood(cert, key, { authority, hosts, now })) {
    return { cert, key, ...trusted };
  }
  const made = makeServerCertificate(authority, hosts, now);
  await writeKept(keyPath, made.key, 0o600);
  await writeKept(certPath, made.cert, 0o644);
  return { ...made, ...trusted };
}

function makeServerCertificate({ certificate, key }: Authority, hosts: readonly string[], now: Date) {
  const privateKey = newKey();
  const notBefore = new Date(Math.max(now.getTime() - backdated, certificate.validFromDate.getTime()));
  const notAfter = new Date(
    Math.min(notBefore.getTime() + serverPeriod - 1_000, certificate.validToDate.getTime()),
  );
  return {
    cert: issueServerCertificate(key, { hosts, publicKey: createPublicKey(privateKey), notBefore, notAfter }),
    key: pemOfKey(privateKey),
  };
}

function isGood(
  cert: string,
  key: string,
  { authority, hosts, now }: { authority: Authority; hosts: readonly string[]; now: Date },
): boolean {
  const certificate = readCertificate(cert);
  const privateKey = readKey(key);
  return (
    certificate !== undefined &&
    privateKey !== undefined &&
    certificate.checkPrivateKey(privateKey) &&
    certificate.verify(authority.certificate.publicKey) &&
    certificate.validFromDate <= now &&
    certificate.validToDate.getTime() - now.getTime() >= renewedBefore &&
    isForHosts(certificate, hosts)
  );
}

async function keptAuthority(certPath: string, keyPath: string, now: Date): Promise<Authority> {
  const [cert, keyText] = await Promise.all([readKept(certPath), readKept(keyPath)]);
  if (cert === undefined && keyText === undefined) return makeAuthority(newKey());
  const certificate = cert === undefined ? undefined : readCertificate(cert);
  if (cert !== undefined && !certificate) throw damaged(certPath, 'is not the PEM text of a certificate');
  if (certificate && certificate.validToDate <= now) return makeAuthority(newKey());

  if (keyText === undefined) throw damaged(keyPath, 'is missing');
  const key = readKey(keyText);
  if (key?.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw damaged(keyPath, 'is not the PEM text of a P-256 private key');
  }
  // The certificate is written after its key. Where a crash came in between, or somebody deleted it, one of the same name and key
  // takes its place: who trusts the one trusts the other.
  if (!certificate) return makeAuthority(key);
  if (!certificate.checkPrivateKey(key)) throw damaged(keyPath, `is not the key of ${certPath}`);
  return { certificate, key };

  async function makeAuthority(signingKey: KeyObject): Promise<Authority> {
    const notBefore = new Date(now.getTime() - backdated);
    const notAfter = new Date(notBefore.getTime() + authorityPeriod);
    const made = issueAuthority(signingKey, { notBefore, notAfter });
    await writeKept(keyPath, pemOfKey(signingKey), 0o600);
    await writeKept(certPath, made, 0o644);
    return { certificate: new X509Certificate(made), key: signingKey };
  }
}

function damaged(path: string, problem: string): Fault {
  return new Fault(
    'unavailable',
    `${path} ${problem}. Devices trust this authority, so it is not replaced: restore ca.pem and ca.key from a backup, or delete both and make every device trust the new ca.pem.`,
  );
}

/** The hosts with this machine's own names, each once. Addresses that only mean "any" are left out. */
function certifiedHosts(hosts: readonly string[]): string[] {
  const written = hosts.map((host) => host.replace(/^\[(.*)\]$/, '$1').toLowerCase());
  const wrong = written.find((host) => !isIP(host) && !isDnsName(host));
  if (wrong !== undefined) {
    throw invalidInput([{ path: 'hosts', message: `'${wrong}' is neither a host name nor an IP address` }]);
  }
  const all = [...written, 'localhost', '127.0.0.1', '::1'].map((host) =>
    isIP(host) === 6 ? new SocketAddress({ address: host, family: 'ipv6' }).address : host,
  );
  return [...new Set(all)].filter((host) => host !== '0.0.0.0' && host !== '::');
}

function isDnsName(host: string): boolean {
  return host.length <= 253 && /^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$/.test(host);
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function pemOfKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
