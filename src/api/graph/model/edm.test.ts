import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalDateTime, neverSet, unsetValue, wireDateTime } from './edm.ts';
import { models, typeOf } from './model.ts';

test.each([
  ['2016-12-31T23:59:37.9174975-08:00', '2017-01-01T07:59:37.9174975Z'],
  ['2017-01-01T00:00:35.1329464-08:00', '2017-01-01T08:00:35.1329464Z'],
  ['2026-01-31T08:30:00Z', '2026-01-31T08:30:00.0000000Z'],
  ['2026-01-31T08:30Z', '2026-01-31T08:30:00.0000000Z'],
  ['2026-01-31t08:30:00.5z', '2026-01-31T08:30:00.5000000Z'],
  ['2026-01-31T08:30:00.123456789+05:30', '2026-01-31T03:00:00.1234567Z'],
  ['2024-02-29T00:00:00+00:00', '2024-02-29T00:00:00.0000000Z'],
  [neverSet, '0001-01-01T00:00:00.0000000Z'],
  ['9999-12-31T23:59:59.9999999Z', '9999-12-31T23:59:59.9999999Z'],
])('%s is %s', (text, canonical) => {
  expect(canonicalDateTime(text)).toBe(canonical);
});

test.each([
  '',
  '2026-01-31',
  '2026-01-31T08:30:00',
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:00:00+15:00',
  '2026-01-01T00:00:00+01:60',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  ' 2026-01-31T08:30:00Z',
])('%j is no date and time with an offset', (text) => {
  expect(canonicalDateTime(text)).toBeUndefined();
});

test('canonical dates sort as text as they do in time', () => {
  const date = fc.date({
    min: new Date('0001-01-02T00:00:00Z'),
    max: new Date('9999-12-30T00:00:00Z'),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(date, date, (a, b) => {
      const [left, right] = [canonicalDateTime(a.toISOString())!, canonicalDateTime(b.toISOString())!];
      expect(Math.sign(a.getTime() - b.getTime())).toBe(left === right ? 0 : left < right ? -1 : 1);
    }),
  );
});

test('the wire shows 7 digits, or whole seconds, or the never-set date without any', () => {
  expect(wireDateTime('2026-01-31T08:30:00.25+01:00')).toBe('2026-01-31T07:30:00.2500000Z');
  expect(wireDateTime(new Date('2026-01-31T08:30:00.25Z'))).toBe('2026-01-31T08:30:00.2500000Z');
  expect(wireDateTime('2026-01-31T08:30:00.25Z', true)).toBe('2026-01-31T08:30:00Z');
  expect(wireDateTime(neverSet)).toBe(neverSet);
  expect(wireDateTime('soon')).toBeUndefined();
});

test('what nobody set', () => {
  const unset = (type: string, name: string) =>
    unsetValue(models.beta, typeOf(models.beta, `microsoft.graph.${type}`).properties.get(name)!);
  expect(unset('macOSGeneralDeviceConfiguration', 'passwordRequired')).toBe(false);
  expect(unset('macOSGeneralDeviceConfiguration', 'passwordMinimumLength')).toBeNull();
  expect(unset('macOSGeneralDeviceConfiguration', 'emailInDomainSuffixes')).toEqual([]);
  expect(unset('macOSGeneralDeviceConfiguration', 'passwordRequiredType')).toBe('deviceDefault');
  expect(unset('macOSGeneralDeviceConfiguration', 'updateDelayPolicy')).toBeNull();
  expect(unset('macOSGeneralDeviceConfiguration', 'roleScopeTagIds')).toEqual(['0']);
  expect(unset('macOSGeneralDeviceConfiguration', 'displayName')).toBeUndefined();
  expect(unset('complianceManagementPartner', 'lastHeartbeatDateTime')).toBe(neverSet);
  expect(unset('macOSAppleEventReceiver', 'identifierType')).toBeUndefined();
});
