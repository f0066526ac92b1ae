import { expect, test } from 'vitest';
import { statusOfReason, type ApnsReason } from '../../../test/support/apns/reasons.ts';
import { outcomeOfAnswer, outcomeOfGoAway } from './answer.ts';
import type { WakeOutcome } from './outcome.ts';

const now = new Date('2026-06-01T12:00:00Z');
const answer = (status: number, body = '', retryAfter?: string) =>
  outcomeOfAnswer({ status, apnsId: undefined, retryAfter, body }, now);

const kindOfReason: Record<ApnsReason, WakeOutcome['kind']> = {
  BadCollapseId: 'refused',
  BadDeviceToken: 'wrongToken',
  BadExpirationDate: 'refused',
  BadMessageId: 'refused',
  BadPriority: 'refused',
  BadTopic: 'refused',
  DeviceTokenNotForTopic: 'wrongToken',
  DuplicateHeaders: 'refused',
  IdleTimeout: 'later',
  InvalidPushType: 'refused',
  MissingDeviceToken: 'refused',
  MissingTopic: 'refused',
  PayloadEmpty: 'refused',
  TopicDisallowed: 'refused',
  BadCertificate: 'refused',
  BadCertificateEnvironment: 'refused',
  ExpiredProviderToken: 'refused',
  Forbidden: 'refused',
  InvalidProviderToken: 'refused',
  MissingProviderToken: 'refused',
  UnrelatedKeyIdInToken: 'refused',
  BadEnvironmentKeyIdInToken: 'refused',
  BadPath: 'refused',
  MethodNotAllowed: 'refused',
  ExpiredToken: 'unregistered',
  Unregistered: 'unregistered',
  PayloadTooLarge: 'refused',
  TooManyProviderTokenUpdates: 'later',
  TooManyRequests: 'later',
  InternalServerError: 'later',
  ServiceUnavailable: 'later',
  Shutdown: 'later',
};

test.each(Object.entries(kindOfReason))('%s means %s, in a sentence', (reason, kind) => {
  const outcome = answer(statusOfReason[reason as ApnsReason], JSON.stringify({ reason }));
  expect(outcome).toMatchObject({ kind, reason, message: expect.stringMatching(/^[A-Z].{30,}\.$/) });
});

test('only a reason about the certificate or its topic makes GOAWAY more than a reason to come again', () => {
  const kinds = Object.keys(kindOfReason).map((reason) => {
    const { kind } = outcomeOfGoAway(0, Buffer.from(JSON.stringify({ reason, timestamp: 1 })));
    return [reason, kind] as const;
  });
  expect(kinds.filter(([, kind]) => kind === 'refused').map(([reason]) => reason)).toEqual([
    'BadTopic',
    'MissingTopic',
    'TopicDisallowed',
    'BadCertificate',
    'BadCertificateEnvironment',
    'ExpiredProviderToken',
    'Forbidden',
    'InvalidProviderToken',
    'MissingProviderToken',
    'UnrelatedKeyIdInToken',
    'BadEnvironmentKeyIdInToken',
  ]);
  expect(new Set(kinds.map(([, kind]) => kind))).toEqual(new Set(['refused', 'later']));
  expect(outcomeOfGoAway(11, undefined)).toMatchObject({ kind: 'later', reason: 'GOAWAY 11' });
  expect(outcomeOfGoAway(0, Buffer.from([0xff, 0x7b]))).toMatchObject({ kind: 'later', reason: 'GOAWAY 0' });
});

test.each([
  [400, 'refused'],
  [403, 'refused'],
  [404, 'refused'],
  [410, 'unregistered'],
  [413, 'refused'],
  [429, 'later'],
  [500, 'later'],
  [502, 'later'],
  [302, 'refused'],
  [204, 'refused'],
  [Number.NaN, 'refused'],
])('an answer with the status %d whose reason cannot be read is %s', (status, kind) => {
  const bodies = ['', '{', 'null', '[]', '"Unregistered"', '<html>', '{"reason":7}', '{"reason":"a b"}'];
  for (const body of [...bodies, '{"reason":"constructor"}', `{"reason":"${'x'.repeat(65)}"}`]) {
    const outcome = answer(status, body);
    expect(outcome.kind).toBe(kind);
    expect(outcome).toMatchObject({ message: expect.stringMatching(/^[A-Z].{30,}\.$/) });
  }
});

test('the time of an unregistration is milliseconds, or unknown', () => {
  const at = (timestamp: unknown) => {
    const outcome = answer(410, JSON.stringify({ reason: 'Unregistered', timestamp }));
    return outcome.kind === 'unregistered' ? outcome.at : 'another kind';
  };
  expect(at(1_767_225_600_000)).toEqual(new Date('2026-01-01T00:00:00Z'));
  for (const timestamp of [undefined, null, '1767225600000', -5, 0, 9e15, {}]) {
    expect(at(timestamp)).toBeUndefined();
  }
});

test('Retry-After is seconds or a date', () => {
  const asked = (text: string) => {
    const outcome = answer(429, '{"reason":"TooManyRequests"}', text);
    return outcome.kind === 'later' ? outcome.retryAfter : 'another kind';
  };
  expect(asked('120')).toBe(120);
  expect(asked('Mon, 01 Jun 2026 12:01:30 GMT')).toBe(90);
  for (const text of ['soon', '', '-5', 'Mon, 01 Jun 2026 11:00:00 GMT', '99999999999']) {
    expect(asked(text)).toBeUndefined();
  }
  expect(answer(400, '{"reason":"BadDeviceToken"}', '120')).not.toHaveProperty('retryAfter');
});
