import type { KeyObject } from 'node:crypto';
import { ProtocolViolation } from '../protocol-violation.ts';
import type { Poll, Provisioning } from '../state.ts';
import { readCertificateStores, requireChain, type ProvisionedCertificates } from './certificate-store.ts';
import { child, optionalParm, parm, readWap, typedParm, type Characteristic } from './wap.ts';

interface Expected {
  readonly publicKey: KeyObject;
  readonly now: Date;
}

const knownParts = new Set(['CertificateStore', 'APPLICATION', 'DMClient']);

/** The document that an enrolment ends with, read as strictly as the strictest Windows does. */
export function readProvisioning(
  document: Uint8Array,
  expected: Expected,
): Provisioning & ProvisionedCertificates {
  const parts = readWap(document);
  for (const { type } of parts) {
    if (!knownParts.has(type))
      throw new ProtocolViolation('the provisioning document', `${type} is refused (0x83750005)`);
  }
  const certificates = readCertificateStores(
    parts.filter(({ type }) => type === 'CertificateStore'),
    { isRenewal: false },
  );
  requireChain(certificates, expected.publicKey, expected.now);
  const root: Characteristic = {
    type: '',
    path: 'the provisioning document',
    parms: new Map(),
    children: parts,
  };
  const application = child(root, 'APPLICATION');
  const providerId = parm(application, 'PROVIDER-ID');
  requireSearch(application, certificates);
  const provider = child(child(child(root, 'DMClient'), 'Provider'), providerId);
  return {
    ...certificates,
    providerId,
    managementUrl: managementUrlOf(application),
    ...accountOf(application),
    poll: pollOf(child(provider, 'Poll')),
    entDmId: optionalParm(provider, 'EntDMID'),
    upn: optionalParm(provider, 'UPN'),
  };
}

/** The document that a renewal ends with: the new certificate, and which provider it is of. */
export function readRenewal(
  document: Uint8Array,
  providerId: string,
  expected: Expected,
): ProvisionedCertificates {
  const parts = readWap(document);
  const stores = parts.filter(({ type }) => type === 'CertificateStore');
  const [application, another] = parts.filter(({ type }) => type !== 'CertificateStore');
  if (!application || another || application.type !== 'APPLICATION') {
    throw new ProtocolViolation('the document of a renewal', 'it must hold CertificateStore and APPLICATION');
  }
  if (parm(application, 'PROVIDER-ID') !== providerId) {
    throw new ProtocolViolation('the document of a renewal', 'it is of another provider');
  }
  const certificates = readCertificateStores(stores, { isRenewal: true });
  requireChain(certificates, expected.publicKey, expected.now);
  return certificates;
}

function managementUrlOf(application: Characteristic): string {
  if (parm(application, 'APPID') !== 'w7') throw new ProtocolViolation('APPLICATION', 'APPID must be w7');
  parm(application, 'NAME');
  for (const name of ['CONNRETRYFREQ', 'INITIALBACKOFFTIME', 'MAXBACKOFFTIME']) {
    const value = optionalParm(application, name);
    if (value !== undefined && !/^\d+$/.test(value)) {
      throw new ProtocolViolation('APPLICATION', `${name} is '${value}', and must be a number`);
    }
  }
  const encoding = optionalParm(application, 'DEFAULTENCODING');
  if (encoding !== undefined && encoding !== 'application/vnd.syncml.dm+xml') {
    throw new ProtocolViolation('APPLICATION', `this device does not speak ${encoding}`);
  }
  const url = parm(application, 'ADDR');
  if (!URL.canParse(url)) throw new ProtocolViolation('APPLICATION', `ADDR is '${url}', and no URL`);
  return url;
}

/** By which the device finds the certificate that it shows in TLS. */
function requireSearch(application: Characteristic, { own, store }: ProvisionedCertificates): void {
  const criteria = new URLSearchParams(parm(application, 'SSLCLIENTCERTSEARCHCRITERIA'));
  const subject = criteria.get('Subject');
  if (subject === null || !own.subject.split('\n').includes(subject)) {
    throw new ProtocolViolation(
      'SSLCLIENTCERTSEARCHCRITERIA',
      `no certificate is found by '${subject}': that of the device is ${own.subject}`,
    );
  }
  if (criteria.get('Stores') !== `My\\${store}`) {
    throw new ProtocolViolation(
      'SSLCLIENTCERTSEARCHCRITERIA',
      `the certificate is not in '${criteria.get('Stores')}'`,
    );
  }
}

function accountOf(application: Characteristic): Pick<Provisioning, 'account' | 'nonce'> {
  const accounts = application.children.filter(({ type }) => type === 'APPAUTH');
  const ofLevel = (level: string) => {
    const [account, another] = accounts.filter((one) => parm(one, 'AAUTHLEVEL') === level);
    if (!account || another)
      throw new ProtocolViolation('APPLICATION', `there must be one APPAUTH of ${level}`);
    return account;
  };
  const server = ofLevel('CLIENT');
  if (parm(server, 'AAUTHTYPE') !== 'DIGEST')
    throw new ProtocolViolation(server.path, 'CLIENT must be DIGEST');
  parm(server, 'AAUTHSECRET');
  nonceOf(server);
  const own = ofLevel('APPSRV');
  const type = parm(own, 'AAUTHTYPE');
  if (type !== 'DIGEST')
    throw new ProtocolViolation(own.path, `AAUTHTYPE is ${type}, and this device takes DIGEST`);
  return { account: { name: parm(own, 'AAUTHNAME'), secret: parm(own, 'AAUTHSECRET') }, nonce: nonceOf(own) };
}

/** Left out, Windows 11 fails. */
function nonceOf(account: Characteristic): Buffer {
  const text = parm(account, 'AAUTHDATA');
  const nonce = Buffer.from(text, 'base64');
  if (nonce.length === 0 || nonce.toString('base64') !== text) {
    throw new ProtocolViolation(account.path, 'AAUTHDATA is no Base64');
  }
  return nonce;
}

/** https://learn.microsoft.com/windows/client-management/mdm/dmclient-csp, with its defaults. */
function pollOf(poll: Characteristic): Poll {
  const number = (name: string, standard: number) => typedParm(poll, name, 'integer') ?? standard;
  const truth = (name: string) => typedParm(poll, name, 'boolean') ?? false;
  return {
    numberOfFirstRetries: number('NumberOfFirstRetries', 10),
    intervalForFirstSetOfRetries: number('IntervalForFirstSetOfRetries', 15),
    numberOfSecondRetries: number('NumberOfSecondRetries', 0),
    intervalForSecondSetOfRetries: number('IntervalForSecondSetOfRetries', 0),
    numberOfRemainingScheduledRetries: number('NumberOfRemainingScheduledRetries', 0),
    intervalForRemainingScheduledRetries: number('IntervalForRemainingScheduledRetries', 0),
    pollOnLogin: truth('PollOnLogin'),
    allUsersPollOnFirstLogin: truth('AllUsersPollOnFirstLogin'),
  };
}
