import type { X509Certificate } from 'node:crypto';
import type { Identity } from '../pki/asn1.ts';
import { dataIn, readDict, textIn, writePlist, type PlistDict } from './plist.ts';
import { answerScep } from './reference-scep.ts';
import { readSignedContent, signContent } from '../pki/signed-data.ts';
import type { DeviceRequest, DeviceResponse, Transport } from '../transport.ts';

/** A management server that does what its test tells it, and remembers what it was told. */
export interface ReferenceServer {
  readonly origin: string;
  readonly authority: Identity;
  /** Reaches it without a socket. */
  readonly transport: Transport;
  readonly requests: DeviceRequest[];
  readonly checkIns: PlistDict[];
  readonly reports: PlistDict[];
  /** The certificates by which messages were signed. */
  readonly signers: X509Certificate[];
  /** Commands that wait; each is offered until it is answered with anything but `NotNow`. */
  readonly queue: PlistDict[];
  /** What is answered in place of the usual, by message type, endpoint or path; taken away once used. */
  readonly answers: Map<string, Partial<DeviceResponse>>;
  readonly declarations: Map<string, PlistDict | Readonly<Record<string, unknown>>>;
  readonly files: Map<string, Buffer>;
  capabilities: string;
  challenge: string;
  /** Puts a command at the end of the queue, and gives its UUID. */
  send(requestType: string, content?: PlistDict): string;
  profile(change?: (payloads: PlistDict[]) => PlistDict[]): Buffer;
}

const empty: DeviceResponse = { status: 200, headers: {}, body: Buffer.alloc(0) };

export function referenceServer(authority: Identity, origin = 'https://mdm.example.com'): ReferenceServer {
  let count = 0;
  let bootstrapToken: Buffer | undefined;
  const server: ReferenceServer = {
    origin,
    authority,
    transport: async (request) => {
      server.requests.push(request);
      return answer(request);
    },
    requests: [],
    checkIns: [],
    reports: [],
    signers: [],
    queue: [],
    answers: new Map(),
    declarations: new Map(),
    files: new Map(),
    capabilities: 'POSTPKIOperation\nSHA-256\nAES\n',
    challenge: 'open sesame',
    send(requestType, content = {}) {
      const CommandUUID = `command-${++count}`;
      server.queue.push({ CommandUUID, Command: { RequestType: requestType, ...content } });
      return CommandUUID;
    },
    profile(change = (payloads) => payloads) {
      return enrollmentProfile(server, change);
    },
  };

  function answer(request: DeviceRequest): DeviceResponse {
    const { pathname, searchParams } = new URL(request.url);
    const instead = server.answers.get(pathname);
    if (instead) return { ...empty, ...instead };
    switch (pathname) {
      case '/enroll': {
        const options = { digest: 'sha256', isDetached: false } as const;
        const body = signContent(authority, server.profile(), options);
        return { status: 200, headers: { 'content-type': 'application/x-apple-aspen-config' }, body };
      }
      case '/scep':
        return answerScep(server, searchParams, request.body);
      case '/checkin':
        return checkIn(readMessage(request));
      case '/connect':
        return connect(readMessage(request));
    }
    const file = server.files.get(pathname);
    return file ? { ...empty, body: file } : { ...empty, status: 404 };
  }

  function readMessage({ headers, body }: DeviceRequest): PlistDict {
    const signature = headers['mdm-signature'];
    if (signature !== undefined) {
      const der = Buffer.from(signature, 'base64');
      const { signer } = readSignedContent(der, { detached: body! });
      server.signers.push(signer);
    }
    return readDict(body!);
  }

  function override(key: string): DeviceResponse | undefined {
    const instead = server.answers.get(key);
    server.answers.delete(key);
    return instead && { ...empty, ...instead };
  }

  function checkIn(message: PlistDict): DeviceResponse {
    server.checkIns.push(message);
    const type = textIn(message, 'MessageType')!;
    const endpoint = textIn(message, 'Endpoint');
    const instead = override(endpoint ?? type);
    if (instead) return instead;
    switch (type) {
      case 'SetBootstrapToken':
        bootstrapToken = dataIn(message, 'BootstrapToken');
        return empty;
      case 'GetBootstrapToken':
        return bootstrapToken ? { ...empty, body: writePlist({ BootstrapToken: bootstrapToken }) } : empty;
      case 'DeclarativeManagement':
        return declare(endpoint!);
      default:
        return empty;
    }
  }

  function declare(endpoint: string): DeviceResponse {
    const json = (value: unknown) => ({ ...empty, body: Buffer.from(JSON.stringify(value)) });
    const items = [...server.declarations.values()].map(({ Type, Identifier, ServerToken }) => ({
      Type: String(Type),
      Identifier,
      ServerToken,
    }));
    const DeclarationsToken = JSON.stringify(
      items.map(({ Identifier, ServerToken }) => [Identifier, ServerToken]),
    );
    if (endpoint === 'tokens') {
      return json({ SyncTokens: { DeclarationsToken, Timestamp: '2026-01-01T00:00:00Z' } });
    }
    if (endpoint === 'declaration-items') {
      const of = (kind: string) =>
        items
          .filter(({ Type }) => Type.startsWith(`com.apple.${kind}.`))
          .map(({ Identifier, ServerToken }) => ({ Identifier, ServerToken }));
      const Declarations = {
        Activations: of('activation'),
        Assets: of('asset'),
        Configurations: of('configuration'),
        Management: of('management'),
      };
      return json({ Declarations, DeclarationsToken });
    }
    if (endpoint === 'status') return empty;
    const declaration = server.declarations.get(endpoint.split('/')[2]!);
    return declaration ? json(declaration) : { ...empty, status: 404 };
  }

  function connect(report: PlistDict): DeviceResponse {
    server.reports.push(report);
    const instead = override(textIn(report, 'Status')!);
    if (instead) return instead;
    const at = server.queue.findIndex(({ CommandUUID }) => CommandUUID === report['CommandUUID']);
    if (report['Status'] === 'NotNow') {
      const next = server.queue[at + 1];
      return next ? { ...empty, body: writePlist(next) } : empty;
    }
    if (at >= 0) server.queue.splice(at, 1);
    return server.queue[0] ? { ...empty, body: writePlist(server.queue[0]) } : empty;
  }

  return server;
}

function enrollmentProfile(server: ReferenceServer, change: (payloads: PlistDict[]) => PlistDict[]): Buffer {
  const payload = (type: string, content: PlistDict): PlistDict => ({
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: `reference.${type}`,
    PayloadUUID: `uuid of ${type}`,
    ...content,
  });
  return writePlist({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: 'reference',
    PayloadUUID: 'uuid of reference',
    PayloadDisplayName: 'Reference',
    PayloadContent: change([
      payload('com.apple.security.scep', {
        PayloadContent: {
          URL: `${server.origin}/scep`,
          Challenge: server.challenge,
          Keysize: 2_048,
          Subject: [[['O', 'Reference']], [['CN', '%SerialNumber%']]],
        },
      }),
      payload('com.apple.mdm', {
        IdentityCertificateUUID: 'uuid of com.apple.security.scep',
        Topic: 'com.apple.mgmt.External.reference',
        ServerURL: `${server.origin}/connect`,
        CheckInURL: `${server.origin}/checkin`,
        SignMessage: true,
        AccessRights: 8_191,
        CheckOutWhenRemoved: true,
        ServerCapabilities: ['com.apple.mdm.per-user-connections', 'com.apple.mdm.bootstraptoken'],
      }),
    ]),
  });
}
