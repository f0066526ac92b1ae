import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { localApns, type LocalApns } from '../../../test/support/apns/local-apns.ts';
import { pushCredentials } from '../../../test/support/apns/push-credentials.ts';
import { makeApplePushCa } from '../../../test/support/apple-push-ca.ts';
import {
  apnsConnector,
  type ApnsConnector,
  type ApnsCredentials,
  type ApnsEvent,
  type ApnsLimits,
  type WakeOutcome,
  type WakeTarget,
} from './index.ts';

const topic = 'com.apple.mgmt.External.7a0c6f52';
const authority = makeApplePushCa();
const credentialsFor = (topic: string, serialNumber?: string): ApnsCredentials =>
  pushCredentials(authority, topic, serialNumber);
const credentials = credentialsFor(topic);

const start = new Date('2026-06-01T12:00:00Z');
let now: Date;
let apns: LocalApns;
let connector: ApnsConnector;
let events: ApnsEvent[];

beforeEach(async () => {
  now = start;
  await begin();
});

afterEach(async () => {
  vi.useRealTimers();
  await connector.close();
  await apns[Symbol.asyncDispose]();
});

async function begin(
  server: { maxConcurrentStreams?: number } = {},
  limits: Partial<ApnsLimits> = {},
): Promise<void> {
  const clock = () => now;
  await connector?.close();
  await apns?.[Symbol.asyncDispose]();
  events = [];
  apns = await localApns({ clock, pushAuthority: authority.certificatePem, ...server });
  connector = apnsConnector({
    url: apns.url,
    ca: apns.ca,
    clock,
    limits,
    report: (event) => events.push(event),
  });
}

/** The target of the `index`th device, which has got its token from APNs. */
function target(index: number, pushMagic = `magic ${index}`): WakeTarget {
  const token = Buffer.alloc(32, index);
  apns.device(token.toString('hex'), topic);
  return { token, pushMagic };
}

const targets = (count: number) => Array.from({ length: count }, (_, index) => target(index));
const tokenOf = (index: number) => Buffer.alloc(32, index).toString('hex');
const expiration = new Date(start.getTime() + 7 * 24 * 3600_000);
const wake = (...targets: WakeTarget[]) => connector.wake(credentials, targets, expiration);
/** From now on time stands still for the connector's limits, until `vi.advanceTimersByTime`. */
const stopTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
const kinds = (outcomes: readonly WakeOutcome[]) => outcomes.map(({ kind }) => kind);

test('a wake is the request that APNs wants, and reaches the device', async () => {
  const device = apns.device(tokenOf(0xab), topic);
  const got: unknown[] = [];
  device.connect((push) => got.push(push.payload));
  const pushMagic = 'A "magic" \\ {ü}';
  const outcomes = await wake(target(0xab, pushMagic));
  expect(outcomes).toEqual([{ kind: 'sent', apnsId: expect.stringMatching(/^[0-9A-F-]{36}$/) }]);
  expect(got).toEqual([{ mdm: pushMagic }]);
  const [{ headers, body }] = apns.requests as [(typeof apns.requests)[0]];
  expect(body).toBe(JSON.stringify({ mdm: pushMagic }));
  expect(headers).toMatchObject({
    ':method': 'POST',
    ':path': `/3/device/${'ab'.repeat(32)}`,
    'apns-push-type': 'mdm',
    'apns-topic': topic,
    'apns-expiration': String(expiration.getTime() / 1000),
    'apns-priority': '10',
    'content-length': String(Buffer.byteLength(body)),
  });
});

test('a device that sleeps gets the wake when it comes back', async () => {
  const device = apns.device(tokenOf(1), topic);
  await wake(target(1));
  now = new Date(start.getTime() + 6 * 24 * 3600_000);
  expect(device.pending()?.payload).toEqual({ mdm: 'magic 1' });
});

test('outcomes come in the order of the targets, each for its own', async () => {
  const all = targets(4);
  apns.device(tokenOf(1), topic).unregister();
  apns.device(tokenOf(2), 'com.apple.mgmt.External.other');
  const outcomes = await wake(...all, { token: Buffer.alloc(32, 9), pushMagic: 'x' });
  expect(outcomes).toMatchObject([
    { kind: 'sent' },
    { kind: 'unregistered', reason: 'Unregistered', at: start },
    { kind: 'wrongToken', reason: 'DeviceTokenNotForTopic' },
    { kind: 'sent' },
    { kind: 'wrongToken', reason: 'BadDeviceToken' },
  ]);
});

test('one connection is reused', async () => {
  await wake(...targets(5));
  await wake(target(1));
  expect(apns.connections()).toEqual({ accepted: 1, open: 1 });
  expect(events).toEqual([{ kind: 'connecting', topic }]);
});

test('each topic has a connection of its own', async () => {
  const other = 'com.apple.mgmt.External.other';
  apns.device(tokenOf(7), other);
  const [mine, others] = await Promise.all([
    wake(target(1)),
    connector.wake(credentialsFor(other), [{ token: Buffer.alloc(32, 7), pushMagic: 'x' }], expiration),
  ]);
  expect(kinds([...mine, ...others])).toEqual(['sent', 'sent']);
  expect(apns.connections()).toEqual({ accepted: 2, open: 2 });
});

test('wakes of one device that is being woken are one', async () => {
  const release = apns.hold();
  const asked = [wake(target(1), target(1)), wake(target(2), target(1))];
  await apns.received(2);
  asked.push(wake(target(1)));
  release();
  const [first, second, third] = await Promise.all(asked);
  expect(kinds(first!)).toEqual(['sent', 'sent']);
  expect(new Set([first![0], first![1], second![1], third![0]]).size).toBe(1);
  expect(apns.requests.map(({ token }) => token)).toEqual([tokenOf(1), tokenOf(2)]);
  await wake(target(1));
  expect(apns.requests.length).toBe(3);
});

test('a device that has sent a new magic is woken with it at once', async () => {
  const release = apns.hold();
  const old = wake(target(1, 'old'));
  await apns.received(1);
  const current = wake(target(1, 'new'));
  await apns.received(2);
  release();
  expect(kinds([...(await old), ...(await current)])).toEqual(['sent', 'sent']);
  expect(apns.device(tokenOf(1), topic).pending()?.payload).toEqual({ mdm: 'new' });
});

test.each([
  ['its own', { maxConcurrentStreams: 1000 }, { streams: 3 }, 3],
  ["APNs's", { maxConcurrentStreams: 2 }, { streams: 100 }, 2],
])('no more pushes than %s bound are on the way at once', async (_whose, server, limits, bound) => {
  await begin(server, limits);
  const release = apns.hold();
  const outcomes = wake(...targets(40));
  await apns.received(bound);
  release();
  expect(new Set(kinds(await outcomes))).toEqual(new Set(['sent']));
  expect(apns.mostStreams()).toBe(bound);
  expect(apns.requests.length).toBe(40);
  expect(apns.connections().accepted).toBe(1);
});

test('a server that takes no requests is not waited for', async () => {
  await begin({ maxConcurrentStreams: 0 });
  expect(await wake(target(1))).toMatchObject([{ kind: 'later', reason: 'NoStreams' }]);
});

test('another certificate gets another connection; what is on the way on the old one is finished', async () => {
  const release = apns.hold();
  const old = wake(target(1));
  await apns.received(1);
  const renewed = connector.wake(credentialsFor(topic, '02'), [target(2)], expiration);
  await apns.received(2);
  expect(apns.connections()).toEqual({ accepted: 2, open: 2 });
  release();
  expect(kinds([...(await old), ...(await renewed)])).toEqual(['sent', 'sent']);
  await expect.poll(() => apns.connections().open).toBe(1);
});

test('an idle connection is replaced when the certificate changes', async () => {
  await wake(target(1));
  await connector.wake(credentialsFor(topic, '02'), [target(1)], expiration);
  await expect.poll(() => apns.connections()).toEqual({ accepted: 2, open: 1 });
});

test('a connection without work is closed after a while, and another is made when there is work again', async () => {
  await begin({}, { idleTimeout: 1000 });
  stopTime();
  await wake(target(1));
  vi.advanceTimersByTime(999);
  await wake(target(1));
  vi.advanceTimersByTime(999);
  await wake(target(1));
  expect(apns.connections()).toEqual({ accepted: 1, open: 1 });
  vi.advanceTimersByTime(1000);
  await expect.poll(() => apns.connections().open).toBe(0);
  expect(kinds(await wake(target(1)))).toEqual(['sent']);
  expect(apns.connections().accepted).toBe(2);
});

test('after GOAWAY what was not processed, and what waits, goes out on a new connection', async () => {
  await begin({}, { streams: 5 });
  await wake(target(100));
  const release = apns.hold();
  const outcomes = wake(...targets(20));
  await apns.received(6);
  apns.fail({ goAway: 'Shutdown' }, { token: tokenOf(2), times: 1 });
  release();
  expect(new Set(kinds(await outcomes))).toEqual(new Set(['sent']));
  expect(apns.connections().accepted).toBe(2);
  expect(events).toMatchObject([
    { kind: 'connecting' },
    { kind: 'connectionLost', outcome: { kind: 'later', reason: 'Shutdown' } },
    { kind: 'connecting' },
  ]);
});

test('a server that only ever says GOAWAY is tried twice', async () => {
  apns.fail({ goAway: undefined });
  const outcomes = await wake(target(1));
  expect(outcomes).toMatchObject([{ kind: 'later', reason: 'RefusedStream' }]);
  expect(apns.connections().accepted).toBe(2);
});

test('GOAWAY about the certificate is a refusal of everything on the connection', async () => {
  await begin({}, { streams: 2 });
  await wake(target(100));
  const release = apns.hold();
  const outcomes = wake(...targets(5));
  await apns.received(3);
  apns.fail({ goAway: 'BadCertificate', errorCode: 11 });
  release();
  expect(await outcomes).toEqual(
    Array(5).fill(expect.objectContaining({ kind: 'refused', reason: 'BadCertificate' })),
  );
  expect(apns.connections().accepted).toBe(1);
});

test('GOAWAY about some device is not taken to be about the devices on the connection', async () => {
  apns.fail({ goAway: 'Unregistered', errorCode: 11 });
  expect(await wake(...targets(2))).toMatchObject([
    { kind: 'later', reason: 'Unregistered' },
    { kind: 'later', reason: 'Unregistered' },
  ]);
});

test('after an end of the connection by APNs the next wake makes a new one', async () => {
  await wake(target(1));
  apns.fail({ goAway: 'IdleTimeout' }, { token: tokenOf(2) });
  await wake(target(2));
  expect(kinds(await wake(target(1)))).toEqual(['sent']);
});

test.each([
  [{ reason: 'TooManyRequests', retryAfter: '77' } as const, { kind: 'later', retryAfter: 77 }],
  [{ reason: 'ServiceUnavailable' } as const, { kind: 'later', reason: 'ServiceUnavailable' }],
  [{ reason: 'InternalServerError' } as const, { kind: 'later', reason: 'InternalServerError' }],
  [{ reason: 'BadCertificate' } as const, { kind: 'refused', reason: 'BadCertificate' }],
  [{ reason: 'PayloadTooLarge' } as const, { kind: 'refused', reason: 'PayloadTooLarge' }],
  [
    { reason: 'ExpiredToken', timestamp: new Date(5000) } as const,
    { kind: 'unregistered', at: new Date(5000) },
  ],
  [
    { status: 410, body: '<html>' },
    { kind: 'unregistered', reason: 'HTTP 410', at: undefined },
  ],
  [
    { status: 400, body: '{"reason":' },
    { kind: 'refused', reason: 'HTTP 400' },
  ],
  [
    { status: 503, body: 'x'.repeat(1e6) },
    { kind: 'later', reason: 'HTTP 503' },
  ],
  ['refusedStream' as const, { kind: 'later', reason: 'RefusedStream' }],
  ['resetStream' as const, { kind: 'later', reason: 'ERR_HTTP2_STREAM_ERROR' }],
])('%j is told, and others are not affected', async (failure, outcome) => {
  apns.fail(failure, { token: tokenOf(1) });
  expect(await wake(...targets(3))).toMatchObject([{ kind: 'sent' }, outcome, { kind: 'sent' }]);
  expect(kinds(await wake(target(0)))).toEqual(['sent']);
  expect(apns.connections().accepted).toBe(1);
});

test('a connection that breaks takes only what was on it', async () => {
  await begin({}, { streams: 2 });
  await wake(target(100));
  const release = apns.hold();
  const outcomes = wake(...targets(6));
  await apns.received(3);
  apns.fail('resetConnection', { times: 1 });
  release();
  expect(kinds(await outcomes)).toEqual(['later', 'later', 'sent', 'sent', 'sent', 'sent']);
});

test('a push that is never answered does not hold up the others', async () => {
  await begin({}, { streams: 2 });
  apns.fail('silence', { token: tokenOf(0) });
  const silent = wake(target(0));
  expect(new Set(kinds(await wake(...targets(20).slice(1))))).toEqual(new Set(['sent']));
  await connector.close();
  expect(await silent).toMatchObject([{ kind: 'later', reason: 'Closing' }]);
});

test('a push is given up after a time, and its connection is kept where it is alive', async () => {
  await begin({}, { answerTimeout: 1000 });
  stopTime();
  apns.fail('silence', { token: tokenOf(0) });
  const silent = wake(target(0));
  await apns.received(1);
  await wake(target(1));
  vi.advanceTimersByTime(1000);
  expect(await silent).toMatchObject([{ kind: 'later', reason: 'Timeout' }]);
  await wake(target(2));
  expect(apns.connections()).toEqual({ accepted: 1, open: 1 });
});

test('a connection on which nothing comes any more is given up, with all that waits for it', async () => {
  await begin({}, { answerTimeout: 1000, streams: 2 });
  stopTime();
  const goOn = apns.fail('silence');
  const outcomes = wake(...targets(5));
  await apns.received(2);
  vi.advanceTimersByTime(1000);
  expect(await outcomes).toEqual(
    Array(5).fill(expect.objectContaining({ kind: 'later', reason: 'Timeout' })),
  );
  await expect.poll(() => apns.connections()).toEqual({ accepted: 1, open: 0 });
  goOn();
  expect(kinds(await wake(target(1)))).toEqual(['sent']);
});

test('what has waited too long for its turn is not sent', async () => {
  await begin({}, { streams: 1, waitTimeout: 60_000 });
  const release = apns.hold();
  const outcomes = wake(...targets(3));
  await apns.received(1);
  now = new Date(start.getTime() + 60_001);
  release();
  expect(await outcomes).toMatchObject([
    { kind: 'sent' },
    { kind: 'later', reason: 'Timeout' },
    { kind: 'later', reason: 'Timeout' },
  ]);
  expect(apns.requests.length).toBe(1);
});

test('what a device sent and APNs cannot want is not sent', async () => {
  const token = Buffer.alloc(32, 1);
  expect(
    await wake(
      { token: Buffer.alloc(0), pushMagic: 'x' },
      { token: Buffer.alloc(513), pushMagic: 'x' },
      { token, pushMagic: '"'.repeat(2048) },
      target(1, 'x'.repeat(4096 - '{"mdm":""}'.length)),
    ),
  ).toMatchObject([
    { kind: 'wrongToken', reason: 'BadDeviceToken', message: expect.stringContaining('0 bytes') },
    { kind: 'wrongToken', reason: 'BadDeviceToken' },
    { kind: 'refused', reason: 'PayloadTooLarge' },
    { kind: 'sent' },
  ]);
  expect(apns.requests.length).toBe(1);
});

test('closing ends what is under way, and what is asked for afterwards is not sent', async () => {
  await begin({}, { streams: 2 });
  apns.hold();
  const outcomes = wake(...targets(5));
  await apns.received(2);
  await connector.close();
  const closing = expect.objectContaining({ kind: 'later', reason: 'Closing' });
  expect(await outcomes).toEqual(Array(5).fill(closing));
  expect(await wake(target(1))).toEqual([closing]);
  expect(events).toEqual([{ kind: 'connecting', topic }]);
  await expect.poll(() => apns.connections()).toEqual({ accepted: 1, open: 0 });
});

test('closing while a connection is being made ends it', async () => {
  const outcomes = wake(target(1));
  await connector.close();
  expect(await outcomes).toMatchObject([{ kind: 'later', reason: 'Closing' }]);
});
