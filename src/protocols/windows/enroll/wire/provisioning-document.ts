import { escapeXml } from '../../../../kernel/xml/escape-xml.ts';

/** A certificate, with the SHA-1 in upper-case hex by which Windows names it. */
export interface NamedCertificate {
  readonly thumbprint: string;
  /** DER in Base64. */
  readonly encoded: string;
}

/** What a PC gets when it enrols. */
export interface Provisioning {
  readonly root: NamedCertificate;
  readonly intermediate: NamedCertificate;
  readonly certificate: NamedCertificate;
  /** The common name in it. */
  readonly certificateName: string;
  /** `System` for a PC that enrolled by itself. */
  readonly store: 'User' | 'System';
  /** For people. */
  readonly serverName: string;
  /** Where the PC holds its sessions. */
  readonly sessionUrl: string;
  /** By what the PC shows who it is, and by what the server would show it. */
  readonly client: Authentication & { readonly name: string };
  readonly server: Authentication;
  /** By which the PC names itself where nothing else does. */
  readonly managementId: string;
  readonly userPrincipalName: string | null;
}

/** Base64 of a nonce: https://learn.microsoft.com/windows/client-management/mdm/w7-application-csp (AAUTHDATA) */
interface Authentication {
  readonly secret: string;
  readonly nonce: string;
}

/** By which the PC knows this management among others. */
export const providerId = 'Muster';

/**
 * The document with which a PC is managed from now on. Root, intermediate and own certificate stand in this order, since some clients read them
 * by their place; names are case-sensitive.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mde2/35e1aca6-1b8a-48ba-bbc0-23af5d46907a
 */
export function provisioningDocument(content: Provisioning): string {
  const { certificate, store } = content;
  return document(
    characteristic(
      'CertificateStore',
      trusted('Root', content.root),
      trusted('CA', content.intermediate),
      characteristic('My', own(store, certificate), autoRenewal),
    ),
    application(content),
    characteristic('DMClient', characteristic('Provider', characteristic(providerId, ...client(content)))),
  );
}

/** The document by which a PC gets another certificate. */
export function renewalDocument(store: Provisioning['store'], certificate: NamedCertificate): string {
  return document(
    characteristic('CertificateStore', characteristic('My', own(store, certificate))),
    characteristic('APPLICATION', parameter('PROVIDER-ID', providerId)),
  );
}

/** How many days before its certificate ends a PC asks for another, and how many it waits until it asks again. */
export const renewal = { period: 60, retryInterval: 4 } as const;

const autoRenewal = characteristic(
  'WSTEP',
  characteristic(
    'Renew',
    typed('ROBOSupport', 'boolean', true),
    typed('RenewPeriod', 'integer', renewal.period),
    typed('RetryInterval', 'integer', renewal.retryInterval),
  ),
);

function own(store: Provisioning['store'], certificate: NamedCertificate): string {
  // The container must be there, and empty.
  return characteristic(store, stored(certificate), characteristic('PrivateKeyContainer'));
}

function trusted(kind: 'Root' | 'CA', certificate: NamedCertificate): string {
  return characteristic(kind, characteristic('System', stored(certificate)));
}

function stored({ thumbprint, encoded }: NamedCertificate): string {
  return characteristic(thumbprint, parameter('EncodedCertificate', encoded));
}

/** https://learn.microsoft.com/windows/client-management/mdm/w7-application-csp */
function application({
  certificateName,
  store,
  serverName,
  sessionUrl,
  client,
  server,
}: Provisioning): string {
  return characteristic(
    'APPLICATION',
    parameter('APPID', 'w7'),
    parameter('PROVIDER-ID', providerId),
    parameter('NAME', serverName),
    parameter('ADDR', sessionUrl),
    parameter('CONNRETRYFREQ', '6'),
    parameter('INITIALBACKOFFTIME', '30000'),
    parameter('MAXBACKOFFTIME', '120000'),
    '<parm name="BACKCOMPATRETRYDISABLED"/>',
    parameter('DEFAULTENCODING', 'application/vnd.syncml.dm+xml'),
    parameter('SSLCLIENTCERTSEARCHCRITERIA', `Subject=CN%3d${certificateName}&Stores=My%5C${store}`),
    characteristic(
      'APPAUTH',
      parameter('AAUTHLEVEL', 'CLIENT'),
      parameter('AAUTHTYPE', 'DIGEST'),
      parameter('AAUTHSECRET', server.secret),
      parameter('AAUTHDATA', server.nonce),
    ),
    characteristic(
      'APPAUTH',
      parameter('AAUTHLEVEL', 'APPSRV'),
      parameter('AAUTHTYPE', 'DIGEST'),
      parameter('AAUTHNAME', client.name),
      parameter('AAUTHSECRET', client.secret),
      parameter('AAUTHDATA', client.nonce),
    ),
  );
}

/**
 * When the PC calls, in minutes: often while it is new, then every eight hours for good, which is what a number of zero means.
 * https://learn.microsoft.com/windows/client-management/mdm/dmclient-csp (Poll)
 */
const poll = {
  NumberOfFirstRetries: 5,
  IntervalForFirstSetOfRetries: 3,
  NumberOfSecondRetries: 8,
  IntervalForSecondSetOfRetries: 15,
  NumberOfRemainingScheduledRetries: 0,
  IntervalForRemainingScheduledRetries: 480,
} as const;

function client({ managementId, userPrincipalName }: Provisioning): string[] {
  return [
    characteristic(
      'Poll',
      ...Object.entries(poll).map(([name, value]) => typed(name, 'integer', value)),
      typed('PollOnLogin', 'boolean', true),
      typed('AllUsersPollOnFirstLogin', 'boolean', false),
    ),
    typed('EntDMID', 'string', managementId),
    ...(userPrincipalName === null ? [] : [typed('UPN', 'string', userPrincipalName)]),
  ];
}

function document(...characteristics: readonly string[]): string {
  return `<wap-provisioningdoc version="1.1">${characteristics.join('')}</wap-provisioningdoc>`;
}

function characteristic(type: string, ...content: readonly string[]): string {
  return `<characteristic type="${type}">${content.join('')}</characteristic>`;
}

function parameter(name: string, value: string): string {
  return `<parm name="${name}" value="${escapeXml(value)}"/>`;
}

function typed(
  name: string,
  type: 'boolean' | 'integer' | 'string',
  value: string | number | boolean,
): string {
  return `<parm name="${name}" value="${escapeXml(String(value))}" datatype="${type}"/>`;
}
