import { randomUUID, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  createSecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../../src/kernel/clock.ts';
import { mailboxes, type ApnsDevice } from './devices.ts';
import { answerReason, failStream, type ApnsFailure } from './failures.ts';
import { readPush } from './read-push.ts';
import { serverCertificate } from './server-certificate.ts';

/** A request as it came, whatever was answered. */
interface ApnsRequest {
  /** Lower-case hex. */
  readonly token: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Apple's push service for MDM, in this process. */
export interface LocalApns extends AsyncDisposable {
  /** `https://localhost:<port>` */
  readonly url: string;
  /** PEM of the authority that clients must trust. */
  readonly ca: string;
  /** Gives a device a token, in lower-case hex. What is sent to any other token is `BadDeviceToken`. */
  device(token: string, topic: string): ApnsDevice;
  /** Has requests fail, to one token or to all, until the returned function is called or it has happened `times` times. */
  fail(failure: ApnsFailure, options?: { readonly token?: string; readonly times?: number }): () => void;
  /** Has requests wait for their answers until the returned function is called. */
  hold(): () => void;
  /** Resolves when `count` requests have come since the start. */
  received(count: number): Promise<void>;
  readonly requests: readonly ApnsRequest[];
  /** How many connections were ever accepted, and how many are open. */
  connections(): { readonly accepted: number; readonly open: number };
  /** The highest number of requests that were under way on one connection. */
  mostStreams(): number;
  /** Why connections were ended before their first request. */
  readonly turnedAway: readonly string[];
}

/**
 * Starts a server that does what APNs does for MDM. `pushAuthority` is the PEM of the authority of push certificates; that they are in date
 * is checked against `clock`. Where Apple refuses a certificate in the TLS handshake, this server ends the connection right after it, since
 * Node cannot send the alert.
 */
export async function localApns({
  clock,
  pushAuthority,
  maxConcurrentStreams = 1000,
}: {
  readonly clock: Clock;
  readonly pushAuthority: string;
  readonly maxConcurrentStreams?: number;
}): Promise<LocalApns> {
  const authority = new X509Certificate(pushAuthority);
  const boxes = mailboxes(clock);
  const requests: ApnsRequest[] = [];
  const turnedAway: string[] = [];
  const failures = new Set<{ failure: ApnsFailure; token: string | undefined; times: number }>();
  const sessions = new Map<Http2Session, { readonly topic: string; streams: number }>();
  const awaited: { count: number; resolve: () => void }[] = [];
  let accepted = 0;
  let mostStreams = 0;
  let holding = Promise.resolve();

  const { ca, cert, key } = serverCertificate();
  const server = createSecureServer({
    cert,
    key,
    requestCert: true,
    rejectUnauthorized: false,
    settings: { maxConcurrentStreams },
  });
  const check = (socket: TLSSocket) => checkCertificate(socket.getPeerX509Certificate(), authority, clock());
  server.on('secureConnection', (socket) => {
    const { problem } = check(socket);
    if (problem === undefined) return;
    turnedAway.push(problem);
    socket.destroy();
  });
  server.on('session', (session) => {
    const { topic } = check(session.socket as TLSSocket);
    if (topic === undefined) return;
    accepted++;
    sessions.set(session, { topic, streams: 0 });
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const session = stream.session && sessions.get(stream.session);
    if (!session) return;
    session.streams++;
    mostStreams = Math.max(mostStreams, session.streams);
    stream.on('close', () => session.streams--);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => void handle(stream, headers, Buffer.concat(chunks), session.topic));
  });

  async function handle(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    body: Buffer,
    topic: string,
  ): Promise<void> {
    const token = headers[':path']!.slice('/3/device/'.length);
    requests.push({ token, headers, body: body.toString() });
    for (const { count, resolve } of awaited) if (requests.length >= count) resolve();
    await holding;
    if (stream.destroyed) return;
    const push = readPush(headers, body, topic);
    const apnsId = (typeof push === 'object' && push.id) || randomUUID().toUpperCase();
    const failure = nextFailure(token);
    if (failure) return failStream(stream, failure, apnsId);
    if (typeof push === 'string') return answerReason(stream, { reason: push }, apnsId);
    const result = boxes.accept(push);
    if (result !== 'accepted') return answerReason(stream, result, apnsId);
    stream.respond({ ':status': 200, 'apns-id': apnsId });
    stream.end();
  }

  function nextFailure(token: string): ApnsFailure | undefined {
    const all = [...failures];
    const found = all.find((item) => item.token === token) ?? all.find((item) => item.token === undefined);
    if (found && --found.times <= 0) failures.delete(found);
    return found?.failure;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    ca,
    device: (token, topic) => boxes.register(token, topic),
    fail(failure, { token, times = Infinity } = {}) {
      const item = { failure, token, times };
      failures.add(item);
      return () => failures.delete(item);
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      holding = promise;
      return resolve;
    },
    received: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve();
        else awaited.push({ count, resolve });
      }),
    requests,
    connections: () => ({ accepted, open: sessions.size }),
    mostStreams: () => mostStreams,
    turnedAway,
    async [Symbol.asyncDispose]() {
      for (const session of sessions.keys()) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The topic of a certificate, or what is wrong with it. */
function checkCertificate(
  certificate: X509Certificate | undefined,
  authority: X509Certificate,
  now: Date,
):
  | { readonly topic: string; readonly problem?: never }
  | { readonly problem: string; readonly topic?: never } {
  if (!certificate) return { problem: 'The client has no certificate.' };
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) {
    return { problem: 'The client has a certificate of an unknown authority.' };
  }
  const { validFrom, validFromDate, validTo, validToDate, subject } = certificate;
  if (now < validFromDate || now > validToDate) {
    return {
      problem: `The client's certificate is good from ${validFrom} to ${validTo}, and it is ${now.toISOString()}.`,
    };
  }
  const topic = /^UID=(.+)$/m.exec(subject)?.[1];
  return topic === undefined ? { problem: "The client's certificate has no topic (UID)." } : { topic };
}
