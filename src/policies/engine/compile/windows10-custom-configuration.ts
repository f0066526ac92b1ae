import type { Json, JsonObject } from '../../../kernel/json.ts';
import { objectsOf, textOf } from '../json-values.ts';
import { bytesOfBase64, textOfBase64 } from '../../../kernel/base64.ts';
import { compileProperties, ofItem, undelivered, type Outcome, type Property } from './graph-properties.ts';
import type { CompileContext, CompiledKind } from './kind.ts';
import { windowsNode } from './windows-node.ts';

interface OmaType {
  readonly format: string;
  /** The setting's value; undefined when Graph's is not one of the type. */
  readonly read: (value: Json | undefined) => Json | undefined;
}

/**
 * A bare number, text or Boolean takes the format of its node; the other types say theirs: `{format, data}`. Graph has XML in Base64;
 * `data` is its text.
 */
const omaTypes: Readonly<Record<string, OmaType>> = {
  omaSettingInteger: { format: 'int', read: (value) => (Number.isInteger(value) ? value : undefined) },
  omaSettingString: { format: 'chr', read: (value) => (typeof value === 'string' ? value : undefined) },
  omaSettingBoolean: { format: 'bool', read: (value) => (typeof value === 'boolean' ? value : undefined) },
  omaSettingFloatingPoint: {
    format: 'float',
    read: (value) => (typeof value === 'number' ? { format: 'float', data: value } : undefined),
  },
  omaSettingDateTime: {
    format: 'dateTime',
    read: (value) => (typeof value === 'string' ? { format: 'dateTime', data: value } : undefined),
  },
  omaSettingBase64: {
    format: 'b64',
    read: (value) =>
      typeof value === 'string' && bytesOfBase64(value) ? { format: 'b64', data: value } : undefined,
  },
  omaSettingStringXml: {
    format: 'xml',
    read(value) {
      const data = typeof value === 'string' ? textOfBase64(value) : undefined;
      return data === undefined ? undefined : { format: 'xml', data };
    },
  },
};

const omaSettings: Property = (list, _document, context) =>
  objectsOf(list)?.map((item, index) => ofItem(omaSetting(item, context), `[${index}]`, item)) ?? [
    undelivered('unreadable', 'It must be a list of OMA settings.'),
  ];

/** A secret stays what it is in the document, a reference: only the delivery looks it up. */
function omaSetting(item: JsonObject, { nodes }: CompileContext): Outcome {
  const path = item['omaUri'];
  if (typeof path !== 'string' || path.trim() === '') {
    return undelivered('unreadable', "It has no 'omaUri'.");
  }
  const type = typeNameOf(item);
  const known = typeOf(type);
  if (!known) return undelivered('unknown', `This version does not know OMA settings of the type '${type}'.`);
  if (item['isReadOnly'] === true)
    return undelivered('readOnly', 'The node is read from devices and not set.');
  const value = item['isEncrypted'] === true ? secretOf(item, known.format) : known.read(item['value']);
  if (value === undefined) return undelivered('unreadable', `It has no value of the type '${type}'.`);
  return windowsNode(nodes, path, value, textOf(item['displayName']));
}

/** The value of a setting that is no secret; undefined when its type has no such value. */
export function omaValueOf(item: JsonObject): Json | undefined {
  return typeOf(typeNameOf(item))?.read(item['value']);
}

function typeNameOf(item: JsonObject): string {
  return textOf(item['@odata.type']).split('.').at(-1)!;
}

function typeOf(name: string): OmaType | undefined {
  return Object.hasOwn(omaTypes, name) ? omaTypes[name] : undefined;
}

function secretOf(item: JsonObject, format: string): Json | undefined {
  const secret = item['secretReferenceValueId'];
  return typeof secret === 'string' && secret !== '' ? { format, secret } : undefined;
}

/** @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-windows10customconfiguration */
export const windows10CustomConfiguration: CompiledKind = {
  kind: 'windows10CustomConfiguration',
  systems: ['windows'],
  compile: (document, context) => compileProperties({ omaSettings }, document, context),
};
