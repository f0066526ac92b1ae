import { resolve } from 'node:path';
import { Fault } from './kernel/fault.ts';
import { Secret } from './kernel/secret.ts';

type TlsSetting =
  | { readonly mode: 'auto' }
  | { readonly mode: 'off' }
  | { readonly mode: 'files'; readonly certificate: string; readonly key: string };

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export interface Config {
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  /** An external PostgreSQL; undefined for the embedded one. */
  readonly databaseUrl: Secret | undefined;
  readonly listen: { readonly host: string; readonly port: number };
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
  readonly tls: TlsSetting;
  /** How devices show their certificates where they do not sign their messages. */
  readonly deviceCertificates: {
    /** Whether clients are asked for one by TLS. */
    readonly byTls: boolean;
    /** The header, in lower case, in which the proxy before the server tells it. */
    readonly header: string | undefined;
  };
  /** Origin of Apple's push service. */
  readonly apnsUrl: string;
  /** 32 bytes; undefined means that the key file in the data folder holds them. */
  readonly secretKey: Buffer | undefined;
  readonly bootstrap: {
    readonly slug: string;
    readonly tenantId: string | undefined;
    readonly clientId: string | undefined;
    readonly clientSecret: Secret | undefined;
    readonly apiToken: Secret | undefined;
  };
  /** How long what happened to devices, and what they were ordered, is kept. */
  readonly historyDays: number;
  readonly logLevel: (typeof logLevels)[number];
}

const guidShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Every variable, what it means and what it is when unset, as `muster serve --help` prints them. */
export const variables = {
  MUSTER_DATA_DIR: 'data folder: embedded database, keys, certificates (./data)',
  MUSTER_DATABASE_URL: 'an external PostgreSQL, postgres://… (embedded)',
  MUSTER_LISTEN: 'address and port (127.0.0.1:8443)',
  MUSTER_PUBLIC_URL: 'the origin that devices and tokens are told (https://localhost:<port>)',
  MUSTER_TLS: 'auto, off, or cert.pem,key.pem (auto: a certificate from the own CA)',
  MUSTER_CLIENT_CERTIFICATES: 'off, or request: TLS asks clients for certificates, which devices have (off)',
  MUSTER_CLIENT_CERTIFICATE_HEADER: 'with MUSTER_TLS=off: the header in which the proxy tells them (none)',
  MUSTER_SECRET_KEY: '32 bytes in base64 that encrypt secrets at rest (made in the data folder)',
  MUSTER_BOOTSTRAP_ORGANIZATION: 'slug of the first organization (default)',
  MUSTER_BOOTSTRAP_TENANT_ID: 'its Entra-style tenant id (random GUID)',
  MUSTER_BOOTSTRAP_CLIENT_ID: 'its first OAuth2 application (random GUID)',
  MUSTER_BOOTSTRAP_CLIENT_SECRET: "that application's secret (random)",
  MUSTER_BOOTSTRAP_API_TOKEN: 'its first bearer token (random)',
  MUSTER_GRAPH_AUTHORITY: 'where the Entra connector signs in; not used yet',
  MUSTER_GRAPH_BASE_URL: 'where the Entra connector calls; not used yet',
  MUSTER_APNS_URL: "where Apple devices are woken from (https://api.push.apple.com:443, Apple's own)",
  MUSTER_HISTORY_DAYS: 'how many days what happened to devices, and what they were ordered, is kept (400)',
  MUSTER_LOG_LEVEL: `one of ${logLevels.join(', ')} (info)`,
} as const;

type Variable = keyof typeof variables;

/** Reads the environment. Every problem is told at once. Faults: `invalidInput` with the variables' names as paths. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const violations: { path: string; message: string }[] = [];
  const refuse = (path: string, message: string) => violations.push({ path, message });
  for (const name of Object.keys(environment)) {
    if (name.startsWith('MUSTER_') && !Object.hasOwn(variables, name)) {
      refuse(name, `is not a variable of Muster; the variables are ${Object.keys(variables).join(', ')}`);
    }
  }
  const read = (name: Variable) => environment[name]?.trim() || undefined;
  const secret = (name: Variable) => {
    const text = read(name);
    if (text !== undefined && text.length < 8) refuse(name, 'must have at least 8 characters');
    return text === undefined ? undefined : new Secret(text);
  };
  const guid = (name: Variable) => {
    const text = read(name);
    if (text !== undefined && !guidShape.test(text)) refuse(name, `must be a GUID, not '${text}'`);
    return text?.toLowerCase();
  };

  const listen = readListen(read('MUSTER_LISTEN') ?? '127.0.0.1:8443');
  if (!listen) refuse('MUSTER_LISTEN', 'must be address:port, for example 0.0.0.0:8443 or [::]:8443');
  const tls = readTls(read('MUSTER_TLS') ?? 'auto');
  if (!tls) refuse('MUSTER_TLS', "must be 'auto', 'off', or two paths: cert.pem,key.pem");
  const scheme = tls?.mode === 'off' ? 'http' : 'https';
  const publicUrl = readOrigin(read('MUSTER_PUBLIC_URL') ?? `${scheme}://localhost:${listen?.port ?? 8443}`);
  if (!publicUrl)
    refuse('MUSTER_PUBLIC_URL', 'must be an origin such as https://mdm.example.com, without a path');
  const clientCertificates = read('MUSTER_CLIENT_CERTIFICATES') ?? 'off';
  if (!['off', 'request'].includes(clientCertificates)) {
    refuse('MUSTER_CLIENT_CERTIFICATES', "must be 'off' or 'request'");
  } else if (clientCertificates === 'request' && tls?.mode === 'off') {
    refuse(
      'MUSTER_CLIENT_CERTIFICATES',
      "cannot be 'request' with MUSTER_TLS=off: the proxy must ask for them",
    );
  }
  const header = read('MUSTER_CLIENT_CERTIFICATE_HEADER')?.toLowerCase();
  if (header !== undefined && !/^[a-z0-9-]+$/.test(header)) {
    refuse('MUSTER_CLIENT_CERTIFICATE_HEADER', 'must be the name of a header, for example Client-Cert');
  } else if (header !== undefined && tls?.mode !== 'off') {
    const why = 'whoever calls the server itself could send any certificate';
    refuse('MUSTER_CLIENT_CERTIFICATE_HEADER', `is for MUSTER_TLS=off, behind a proxy: ${why}`);
  }
  const apnsUrl = readOrigin(read('MUSTER_APNS_URL') ?? 'https://api.push.apple.com:443');
  if (!apnsUrl?.startsWith('https:')) {
    refuse(
      'MUSTER_APNS_URL',
      'must be an https origin such as https://api.push.apple.com:2197, without a path',
    );
  }
  const secretKey = read('MUSTER_SECRET_KEY');
  const keyBytes = secretKey === undefined ? undefined : Buffer.from(secretKey, 'base64');
  if (keyBytes && keyBytes.length !== 32) {
    refuse('MUSTER_SECRET_KEY', 'must be 32 bytes in base64, for example from: openssl rand -base64 32');
  }
  const databaseUrl = read('MUSTER_DATABASE_URL');
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    refuse('MUSTER_DATABASE_URL', 'must start with postgres://');
  }
  const historyDays = readDays(read('MUSTER_HISTORY_DAYS') ?? '400');
  if (historyDays === undefined) refuse('MUSTER_HISTORY_DAYS', 'must be a number of days from 1 to 36500');
  const logLevel = logLevels.find((level) => level === (read('MUSTER_LOG_LEVEL') ?? 'info').toLowerCase());
  if (!logLevel) refuse('MUSTER_LOG_LEVEL', `must be one of ${logLevels.join(', ')}`);
  const bootstrap = {
    slug: read('MUSTER_BOOTSTRAP_ORGANIZATION') ?? 'default',
    tenantId: guid('MUSTER_BOOTSTRAP_TENANT_ID'),
    clientId: guid('MUSTER_BOOTSTRAP_CLIENT_ID'),
    clientSecret: secret('MUSTER_BOOTSTRAP_CLIENT_SECRET'),
    apiToken: secret('MUSTER_BOOTSTRAP_API_TOKEN'),
  };
  if (violations.length > 0 || !listen || !tls || !publicUrl || !apnsUrl || !historyDays || !logLevel) {
    const lines = violations.map(({ path, message }) => `  ${path} ${message}`);
    throw new Fault('invalidInput', `The environment is not right:\n${lines.join('\n')}`, { violations });
  }
  return {
    dataDir: resolve(read('MUSTER_DATA_DIR') ?? 'data'),
    databaseUrl: databaseUrl === undefined ? undefined : new Secret(databaseUrl),
    listen,
    publicUrl,
    tls,
    deviceCertificates: { byTls: clientCertificates === 'request', header },
    apnsUrl,
    secretKey: keyBytes,
    bootstrap,
    historyDays,
    logLevel,
  };
}

/** The process's own environment. */
export function readProcessConfig(): Config {
  return readConfig(process.env);
}

function readListen(text: string): Config['listen'] | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host !== undefined && port <= 65_535 ? { host, port } : undefined;
}

function readTls(text: string): TlsSetting | undefined {
  if (text === 'auto' || text === 'off') return { mode: text };
  const [certificate, key, ...rest] = text.split(',').map((part) => part.trim());
  return certificate && key && rest.length === 0
    ? { mode: 'files', certificate: resolve(certificate), key: resolve(key) }
    : undefined;
}

function readDays(text: string): number | undefined {
  const days = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return days >= 1 && days <= 36_500 ? days : undefined;
}

function readOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '';
  return bare && (url.protocol === 'https:' || url.protocol === 'http:') ? url.origin : undefined;
}
