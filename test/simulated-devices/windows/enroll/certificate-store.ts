import { createHash, X509Certificate, type KeyObject } from 'node:crypto';
import { ProtocolViolation } from '../protocol-violation.ts';
import { child, onlyChild, parm, typedParm, type Characteristic } from './wap.ts';

/** The certificates of a provisioning document. */
export interface ProvisionedCertificates {
  readonly root: X509Certificate | undefined;
  readonly intermediate: X509Certificate | undefined;
  readonly own: X509Certificate;
  readonly store: 'User' | 'System';
}

const order = ['Root', 'CA', 'My'];
const clientAuthentication = '1.3.6.1.5.5.7.3.2';

/** Windows reads them by position: root, then intermediate, then the device's own. */
export function readCertificateStores(
  stores: readonly Characteristic[],
  { isRenewal }: { readonly isRenewal: boolean },
): ProvisionedCertificates {
  const parts = stores.flatMap(({ children }) => children);
  const types = parts.map(({ type }) => type);
  for (const [index, type] of types.entries()) {
    if (!order.includes(type)) throw new ProtocolViolation('CertificateStore', `there is no store ${type}`);
    if (index > 0 && order.indexOf(type) <= order.indexOf(types[index - 1]!)) {
      throw new ProtocolViolation(
        'CertificateStore',
        `${type} must come before ${types[index - 1]}, and once`,
      );
    }
  }
  const of = (type: string) => parts.find((part) => part.type === type);
  const authority = (part: Characteristic | undefined) =>
    part && certificateIn(onlyChild(child(part, 'System')));
  const [root, intermediate, my] = [authority(of('Root')), authority(of('CA')), of('My')];
  if (!my) throw new ProtocolViolation('CertificateStore', 'there is no My');
  if (!root && !isRenewal) throw new ProtocolViolation('CertificateStore', 'there is no Root');
  return { root, intermediate, ...readOwn(my, isRenewal) };
}

function readOwn(my: Characteristic, isRenewal: boolean) {
  const stores = my.children.filter(({ type }) => type !== 'WSTEP');
  const store = onlyChild({ ...my, children: stores });
  if (store.type !== 'User' && store.type !== 'System') {
    throw new ProtocolViolation(my.path, `it has no User or System, but ${store.type}`);
  }
  const certificates = store.children.filter(({ type }) => type !== 'PrivateKeyContainer');
  // Beside the thumbprint, not in it.
  if (certificates.length === store.children.length && !isRenewal) {
    throw new ProtocolViolation(store.path, 'it has no PrivateKeyContainer');
  }
  const renew = my.children.find(({ type }) => type === 'WSTEP');
  if (renew) requireRenewal(child(renew, 'Renew'));
  const own = certificateIn(onlyChild({ ...store, children: certificates }));
  return { own, store: store.type } as const;
}

function requireRenewal(renew: Characteristic): void {
  typedParm(renew, 'ROBOSupport', 'boolean');
  typedParm(renew, 'RenewPeriod', 'integer');
  typedParm(renew, 'RetryInterval', 'integer');
}

function certificateIn(node: Characteristic): X509Certificate {
  const der = Buffer.from(parm(node, 'EncodedCertificate'), 'base64');
  const thumbprint = createHash('sha1').update(der).digest('hex').toUpperCase();
  if (node.type !== thumbprint) {
    throw new ProtocolViolation(node.path, `the thumbprint of its certificate is ${thumbprint}`);
  }
  return new X509Certificate(der);
}

/** The device's certificate must be for its key, for clients, in time, and issued by those above it. */
export function requireChain(
  { root, intermediate, own }: ProvisionedCertificates,
  publicKey: KeyObject,
  now: Date,
): void {
  const refuse = (problem: string) => {
    throw new ProtocolViolation('CertificateStore', problem);
  };
  if (!own.publicKey.equals(publicKey)) refuse("the certificate is not one of the device's key");
  if (!own.keyUsage.includes(clientAuthentication)) refuse('the certificate is not one for clients');
  for (const certificate of [own, intermediate, root]) {
    if (!certificate) continue;
    if (now < certificate.validFromDate || now > certificate.validToDate) {
      refuse(`the certificate of ${certificate.subject} is not valid now`);
    }
  }
  const issuers = [intermediate, root].filter((certificate) => certificate !== undefined);
  const chain = [own, ...issuers];
  for (const [index, issuer] of issuers.entries()) {
    const issued = chain[index]!;
    if (!issued.verify(issuer.publicKey) || issued.issuer !== issuer.subject) {
      refuse(`the certificate of ${issued.subject} is not issued by ${issuer.subject}`);
    }
    if (!issuer.ca) refuse(`the certificate of ${issuer.subject} is not one of an authority`);
  }
  if (root && !root.verify(root.publicKey)) refuse('the root is not signed by itself');
}
