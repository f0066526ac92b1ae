import { Type, type Static, type TObject, type TProperties, type TSchemaOptions } from 'typebox';
import { bytesOfBase64 } from '../../../kernel/base64.ts';
import { joinPath, type Json, type JsonObject } from '../../../kernel/json.ts';
import {
  isPlistArray,
  isPlistDict,
  type PlistDict,
  type PlistValue,
} from '../../../kernel/plist/plist-value.ts';

/** Data of a property list; Base64 in JSON. */
export const Data = (options: TSchemaOptions & { readonly maxLength?: number } = {}) =>
  Type.String({ ...options, plist: 'data' });

/** A date of an answer; ISO 8601 in JSON. */
export const Moment = () => Type.String({ format: 'date-time', plist: 'date' });

/** What is said to a device beside the request type. */
export const Arguments = <Properties extends TProperties>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false });

/** Part of an answer: a device may leave out any of it. */
export const Told = <Properties extends TProperties>(properties: Properties) =>
  Type.Partial(Type.Object(properties));

/** As far as the schemas of commands go. */
interface Shape {
  readonly type?: string;
  readonly plist?: 'data' | 'date';
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
}

/** What a device answered. */
export interface Answer<Schema extends TObject> {
  /** JSON. What the schema does not name is left out. */
  readonly content: Partial<Static<Schema>>;
  /** Where the device sent something else than what Apple documents, up to 100 places; that is left out of the content, too. */
  readonly unreadable: readonly string[];
}

const mostUnreadable = 100;

/** Reads what a device answered, as far as it can be read. */
export function answerOf<Schema extends TObject>(schema: Schema, dict: PlistDict): Answer<Schema> {
  const unreadable: string[] = [];
  const content = read(schema, dict, '', unreadable) as Partial<Static<Schema>>;
  return { content, unreadable: unreadable.slice(0, mostUnreadable) };
}

function read(shape: Shape, value: PlistValue, path: string, unreadable: string[]): Json | undefined {
  const { type, properties = {}, items = {} } = shape;
  if (type === 'object' && isPlistDict(value)) {
    const content: JsonObject = {};
    for (const [key, property] of Object.entries(properties)) {
      const item = value[key];
      if (item === undefined) continue;
      const json = read(property, item, joinPath(path, key), unreadable);
      if (json !== undefined) content[key] = json;
    }
    return content;
  }
  if (type === 'array' && isPlistArray(value)) {
    return value.flatMap((item, index) => {
      const json = read(items, item, `${path}[${index}]`, unreadable);
      return json === undefined ? [] : [json];
    });
  }
  const json = readScalar(shape, value);
  if (json === undefined) unreadable.push(path);
  return json;
}

function readScalar({ type, plist }: Shape, value: PlistValue): Json | undefined {
  if (plist === 'data') return value instanceof Uint8Array ? base64Of(value) : undefined;
  if (plist === 'date') return value instanceof Date ? value.toISOString() : undefined;
  // JSON has no -0.
  if (type === 'integer') return Number.isSafeInteger(value) ? (value as number) + 0 : undefined;
  if (type === 'number') return Number.isFinite(value) ? (value as number) + 0 : undefined;
  return typeof value === type && (type === 'string' || type === 'boolean') ? (value as Json) : undefined;
}

/** JSON of the schema as a property list. */
export function plistOf(schema: TObject, content: object): PlistDict {
  return write(schema, content as JsonObject) as PlistDict;
}

function write({ plist, properties = {}, items = {} }: Shape, value: Json): PlistValue {
  if (plist === 'data') return bytesOfBase64(value as string)!;
  if (Array.isArray(value)) return value.map((item) => write(items, item));
  if (typeof value !== 'object' || value === null) return value as string | number | boolean;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, write(properties[key] ?? {}, item)]),
  );
}

/** Any property list as JSON: data as Base64, dates as ISO 8601, numbers that JSON cannot hold as text. */
export function jsonOfPlist(value: PlistValue): Json {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : String(value);
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return base64Of(value);
  if (isPlistArray(value)) return value.map(jsonOfPlist);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOfPlist(item)]));
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
}
