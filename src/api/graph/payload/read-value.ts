import { bytesOfBase64 } from '../../../kernel/base64.ts';
import { canonicalDateTime, int32, isGuid } from '../model/edm.ts';
import type { EnumType, Property } from '../model/model.ts';
import { quoted } from '../violation.ts';
import { report, type Reading } from './reading.ts';

/** Reads a value of an Edm type. Client text is repeated in a message only where it can be no secret. */
export function readPrimitive(reading: Reading, property: Property, json: unknown, path: string): unknown {
  switch (property.type) {
    case 'Edm.Boolean':
      return typeof json === 'boolean' ? json : wrongType(reading, property.type, json, path);
    case 'Edm.Int32':
      return readInt32(reading, property, json, path);
    case 'Edm.Single':
      return typeof json === 'number' ? json : wrongType(reading, property.type, json, path);
    case 'Edm.Binary':
      return readBinary(reading, json, path);
    case 'Edm.DateTimeOffset':
      return readDateTime(reading, json, path);
    case 'Edm.Guid':
      if (typeof json === 'string' && isGuid(json)) return json.toLowerCase();
      return wrongType(reading, property.type, json, path);
    case 'Edm.String':
      return readString(reading, property, json, path);
    default:
      throw new Error(`The model has a property of type ${property.type}, which nobody can read.`);
  }
}

function readInt32(reading: Reading, property: Property, json: unknown, path: string): number | undefined {
  if (typeof json !== 'number' || !Number.isInteger(json))
    return wrongType(reading, property.type, json, path);
  const { min = int32.min, max = int32.max } = property;
  if (json >= min && json <= max) return json;
  return report(
    reading,
    path,
    `The value ${json} of property '${path}' is out of range. Valid values are ${min} to ${max}.`,
  );
}

/** What Intune takes of a profile: https://learn.microsoft.com/intune/intune-service/configuration/custom-settings-macos */
const mostBytes = 1_000_000;

/** Bytes are kept as Base64 in its standard spelling. */
function readBinary(reading: Reading, json: unknown, path: string): string | undefined {
  if (typeof json !== 'string') return wrongType(reading, 'Edm.Binary', json, path);
  const bytes = bytesOfBase64(json);
  if (!bytes) return report(reading, path, `The property '${path}' must be bytes in Base64.`);
  if (bytes.length <= mostBytes) return bytes.toString('base64');
  return report(
    reading,
    path,
    `The property '${path}' has ${bytes.length} bytes; it can have ${mostBytes} at most.`,
  );
}

function readDateTime(reading: Reading, json: unknown, path: string): string | undefined {
  if (typeof json !== 'string') return wrongType(reading, 'Edm.DateTimeOffset', json, path);
  const example = "such as '2026-01-31T08:30:00Z' or '2026-01-31T08:30:00.1234567+02:00'";
  return (
    canonicalDateTime(json) ??
    report(
      reading,
      path,
      `The property '${path}' must be a date and time with an offset, ${example}, not ${quoted(json)}.`,
    )
  );
}

function readString(reading: Reading, property: Property, json: unknown, path: string): string | undefined {
  if (typeof json !== 'string') return wrongType(reading, property.type, json, path);
  if (json.includes('\0') || !json.isWellFormed()) {
    return report(
      reading,
      path,
      `The property '${path}' has a NUL character or half a surrogate pair in it.`,
    );
  }
  if (property.maxLength !== undefined && json.length > property.maxLength) {
    const message = `The property '${path}' has ${json.length} characters; its maximum length is ${property.maxLength}.`;
    return report(reading, path, message);
  }
  return json;
}

/** Reads an enum's member; of a flags enum several, joined by commas, which come out in the order of their values. */
export function readEnum(reading: Reading, type: EnumType, json: unknown, path: string): string | undefined {
  if (typeof json !== 'string') return wrongType(reading, type.name, json, path);
  const names = type.flags ? json.split(',').map((name) => name.trim()) : [json];
  const unknown = names.find((name) => !type.members.some((member) => member.name === name));
  if (unknown !== undefined) {
    const allowed = type.members.map(({ name }) => name).join(', ');
    const message = `The value ${quoted(unknown)} of property '${path}' is not a member of '${type.name}'. Possible values are: ${allowed}.`;
    return report(reading, path, message);
  }
  return type.flags ? joinFlags(type, names) : json;
}

function joinFlags(type: EnumType, names: readonly string[]): string {
  const set = type.members.filter(({ name, value }) => value !== 0 && names.includes(name));
  return set.length === 0 ? names[0]! : set.map(({ name }) => name).join(',');
}

function wrongType(reading: Reading, type: string, json: unknown, path: string): undefined {
  return report(reading, path, `The property '${path}' must be of type '${type}', not ${jsonKind(json)}.`);
}

/** What a JSON value is, in the words of an error. */
export function jsonKind(json: unknown): string {
  if (json === undefined) return 'absent';
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'an array';
  if (typeof json === 'object') return 'an object';
  if (typeof json === 'number') return Number.isInteger(json) ? `the number ${json}` : `the fraction ${json}`;
  return typeof json === 'boolean' ? `the Boolean ${json}` : 'a string';
}
