import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect, type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeApplePushCa } from '../apple-push-ca.ts';
import type { ApnsDevice } from './devices.ts';
import { localApns, type LocalApns } from './local-apns.ts';

/** The rules of the local APNs, seen by a plain HTTP/2 client. */

const topic = 'com.apple.mgmt.External.7a0c6f52';
const token = 'ab'.repeat(32);
const authority = makeApplePushCa();
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const credentials = (ca = authority, options = {}) => ({
  cert: ca.issueForKey(keys.publicKey, { topic, ...options }),
  key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
});

let now: Date;
let apns: LocalApns;
let client: ClientHttp2Session;

beforeEach(async () => {
  now = new Date('2026-06-01T12:00:00Z');
  apns = await localApns({ clock: () => now, pushAuthority: authority.certificatePem });
  client = connect(apns.url, { ca: apns.ca, ...credentials() });
});

afterEach(async () => {
  client.destroy();
  await apns[Symbol.asyncDispose]();
});

const inAnHour = () => String(now.getTime() / 1000 + 3600);

async function post(headers: OutgoingHttpHeaders = {}, body = '{"mdm":"magic"}') {
  const stream = client.request({
    ':method': 'POST',
    ':path': `/3/device/${token}`,
    'apns-push-type': 'mdm',
    'apns-topic': topic,
    'apns-expiration': inAnHour(),
    'apns-priority': '10',
    ...headers,
  });
  stream.end(body);
  const [answer] = (await once(stream, 'response')) as [OutgoingHttpHeaders];
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  return {
    status: answer[':status'],
    apnsId: answer['apns-id'],
    retryAfter: answer['retry-after'],
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}

function collect(device: ApnsDevice) {
  const got: unknown[] = [];
  const connection = device.connect((push) => got.push(push.payload));
  return { got, disconnect: () => connection.disconnect() };
}

test('a push that is right is answered with an id and no body', async () => {
  apns.device(token, topic);
  const answer = await post();
  expect(answer).toMatchObject({ status: 200, body: undefined });
  expect(answer.apnsId).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  const id = '123e4567-e89b-12d3-a456-4266554400a0';
  expect((await post({ 'apns-id': id })).apnsId).toBe(id);
});

test.each([
  [{ ':path': '/3/devices/ab' }, undefined, 404, 'BadPath'],
  [{ ':path': `/3/device/${token}/x` }, undefined, 404, 'BadPath'],
  [{ ':method': 'PUT' }, undefined, 405, 'MethodNotAllowed'],
  [{ ':path': '/3/device/' }, undefined, 400, 'MissingDeviceToken'],
  [{ ':path': '/3/device/abc' }, undefined, 400, 'BadDeviceToken'],
  [{ ':path': `/3/device/${token.toUpperCase()}` }, undefined, 400, 'BadDeviceToken'],
  [{ ':path': `/3/device/${'cd'.repeat(32)}` }, undefined, 400, 'BadDeviceToken'],
  [{ 'apns-id': 'not-a-uuid' }, undefined, 400, 'BadMessageId'],
  [{ 'apns-push-type': 'alert' }, undefined, 400, 'InvalidPushType'],
  [{ 'apns-priority': '7' }, undefined, 400, 'BadPriority'],
  [{ 'apns-expiration': 'tomorrow' }, undefined, 400, 'BadExpirationDate'],
  [{ 'apns-topic': 'com.apple.mgmt.External.other' }, undefined, 400, 'TopicDisallowed'],
  [{}, '', 400, 'PayloadEmpty'],
  [{}, '{"mdm":', 400, 'PayloadEmpty'],
  [{}, JSON.stringify({ mdm: 'x'.repeat(4096) }), 413, 'PayloadTooLarge'],
])('%j with the body %j is refused', async (headers, body, status, reason) => {
  apns.device(token, topic);
  expect(await post(headers, body)).toMatchObject({ status, body: { reason } });
});

test('a token belongs to the topic that it was given for', async () => {
  apns.device(token, 'com.apple.mgmt.External.other');
  expect(await post()).toMatchObject({ status: 400, body: { reason: 'DeviceTokenNotForTopic' } });
});

test('a connected device gets each push once, at once', async () => {
  const { got } = collect(apns.device(token, topic));
  await post({}, '{"mdm":"one"}');
  await post({ 'apns-expiration': '0' }, '{"mdm":"two"}');
  expect(got).toEqual([{ mdm: 'one' }, { mdm: 'two' }]);
  expect(collect(apns.device(token, topic)).got).toEqual([]);
});

test('for a device that is away the newest push is kept, and delivered once', async () => {
  const device = apns.device(token, topic);
  await post({}, '{"mdm":"one"}');
  await post({}, '{"mdm":"two"}');
  expect(device.pending()?.payload).toEqual({ mdm: 'two' });
  const first = collect(device);
  expect(first.got).toEqual([{ mdm: 'two' }]);
  first.disconnect();
  expect(collect(device).got).toEqual([]);
});

test('a push that cannot wait is delivered now or never, and takes the place of one that could', async () => {
  const device = apns.device(token, topic);
  for (const expiration of ['0', String(now.getTime() / 1000 - 1), undefined]) {
    await post();
    const headers = { ':path': `/3/device/${token}`, 'apns-expiration': expiration };
    expect(await post(headers)).toMatchObject({ status: 200 });
    expect(device.pending()).toBeUndefined();
  }
  expect(collect(device).got).toEqual([]);
});

test('a push is kept until it expires', async () => {
  const device = apns.device(token, topic);
  await post();
  now = new Date(now.getTime() + 3600_000);
  expect(device.pending()).toBeUndefined();
  expect(collect(device).got).toEqual([]);
});

test('the newest connection of a token wins', async () => {
  const device = apns.device(token, topic);
  const old = collect(device);
  const current = collect(apns.device(token, topic));
  old.disconnect();
  await post();
  expect(old.got).toEqual([]);
  expect(current.got).toEqual([{ mdm: 'magic' }]);
});

test('an unregistered token is refused with the time', async () => {
  const device = apns.device(token, topic);
  await post();
  device.unregister();
  const timestamp = now.getTime();
  now = new Date(timestamp + 60_000);
  expect(await post()).toMatchObject({ status: 410, body: { reason: 'Unregistered', timestamp } });
  expect(collect(device).got).toEqual([]);
  apns.device(token, topic);
  expect(await post()).toMatchObject({ status: 200 });
});

test('failures are for one token or all, as often as wanted, and reach no device', async () => {
  const { got } = collect(apns.device(token, topic));
  const stop = apns.fail({ reason: 'ServiceUnavailable', retryAfter: '30' });
  apns.fail({ reason: 'TooManyRequests' }, { token, times: 1 });
  apns.fail({ reason: 'InternalServerError' }, { token: 'cd'.repeat(32) });
  expect(await post()).toMatchObject({ status: 429, body: { reason: 'TooManyRequests' } });
  expect(await post()).toMatchObject({ status: 503, retryAfter: '30' });
  expect(got).toEqual([]);
  stop();
  expect(await post()).toMatchObject({ status: 200 });
  expect(apns.requests.map((request) => request.token)).toEqual([token, token, token]);
});

test('GOAWAY carries its reason', async () => {
  apns.fail({ goAway: 'Shutdown' });
  const goAway = once(client, 'goaway') as Promise<[number, number, Buffer]>;
  const refused = post();
  const [code, , data] = await goAway;
  expect(code).toBe(0);
  expect(JSON.parse(data.toString())).toMatchObject({ reason: 'Shutdown' });
  await expect(refused).rejects.toThrow('NGHTTP2_REFUSED_STREAM');
});

test.each([
  ['without a certificate', () => ({}), /has no certificate/],
  ['with one of another authority', () => credentials(makeApplePushCa()), /unknown authority/],
  [
    'with one out of date',
    () => credentials(authority, { notAfter: new Date('2026-05-31T00:00:00Z') }),
    /it is 2026-06-01/,
  ],
  ['with one without a topic', () => credentials(authority, { subject: [] }), /has no topic/],
])('a client %s is turned away', async (_how, certificate, why) => {
  const other = connect(apns.url, { ca: apns.ca, ...certificate() });
  other.on('error', () => {});
  await once(other, 'close');
  expect(apns.turnedAway).toEqual([expect.stringMatching(why)]);
});
