import type { Model, Property } from './model.ts';

/** What a Graph date that was never set looks like. */
export const neverSet = '0001-01-01T00:00:00Z';

const dateTimeShape =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?(?:Z|([+-])(\d\d):(\d\d))$/i;

/**
 * An Edm.DateTimeOffset in one canonical spelling: UTC, 7 fraction digits, `Z`. Two of them compare as text as they do in
 * time. Takes any offset and up to 12 fraction digits, of which Graph keeps 7. Undefined for what is no date.
 */
export function canonicalDateTime(text: string): string | undefined {
  const match = dateTimeShape.exec(text);
  if (!match) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second = '00',
    fraction = '',
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = match;
  if (Number(offsetHour) > 14 || Number(offsetMinute) > 59) return undefined;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = Date.parse(local);
  if (Number.isNaN(time) || new Date(time).toISOString() !== local) return undefined;
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000;
  const utc = new Date(sign === '-' ? time + offset : time - offset);
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) return undefined;
  return `${utc.toISOString().slice(0, 19)}.${fraction.slice(0, 7).padEnd(7, '0')}Z`;
}

/** A date on the wire: 7 fraction digits, or none for `wholeSeconds` and for the date that was never set. */
export function wireDateTime(value: Date | string, wholeSeconds = false): string | undefined {
  const canonical = canonicalDateTime(typeof value === 'string' ? value : value.toISOString());
  if (canonical === undefined) return undefined;
  const seconds = `${canonical.slice(0, 19)}Z`;
  const isNeverSet = seconds === neverSet && canonical.endsWith('.0000000Z');
  return wholeSeconds || isNeverSet ? seconds : canonical;
}

const guidShape = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return guidShape.test(text);
}

export const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

/** What a property holds that nobody set. Undefined for a property that must be set, such as `displayName`. */
export function unsetValue(model: Model, property: Property): unknown {
  if (property.default !== undefined) return property.default;
  if (property.collection) return [];
  if (property.nullable) return null;
  if (property.required) return undefined;
  if (property.type === 'Edm.Boolean') return false;
  if (property.type === 'Edm.DateTimeOffset') return neverSet;
  return model.enums.get(property.type)?.zero;
}
