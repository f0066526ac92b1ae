import { describe, expect, test } from 'vitest';
import { csdl } from './metadata.ts';
import { buildModel, models } from './model/model.ts';
import { servedContainer } from './served-operations.ts';

interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: XmlElement[];
}

/** Reads an XML document without text content; refuses what is not well-formed. */
function parseXml(xml: string): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [] };
  const open = [root];
  const shape = /<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>/y;
  const declaration = '<?xml version="1.0" encoding="utf-8"?>';
  expect(xml.startsWith(declaration)).toBe(true);
  for (let at = declaration.length; at < xml.length; at = shape.lastIndex) {
    shape.lastIndex = at;
    const [, closing, name, attributes, empty] = shape.exec(xml) ?? [];
    if (name === undefined) throw new Error(`Not well-formed: ${xml.slice(at, at + 80)}`);
    if (closing) {
      expect(open.pop()?.name).toBe(name);
    } else {
      const element = { name, attributes: parseAttributes(attributes ?? ''), children: [] };
      open.at(-1)!.children.push(element);
      if (!empty) open.push(element);
    }
  }
  expect(open).toEqual([root]);
  expect(root.children).toHaveLength(1);
  return root.children[0]!;
}

function parseAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, name, value]) => {
    expect(value).not.toMatch(/&(?!(?:amp|lt|gt|quot);)/);
    return [
      name!,
      value!
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&'),
    ] as const;
  });
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  return Object.fromEntries(pairs);
}

const schemaOf = (xml: string) => parseXml(xml).children[1]!.children[0]!;
const named = (parent: XmlElement, name: string) =>
  parent.children.find(({ attributes }) => attributes['Name'] === name);

describe.each(['v1.0', 'beta'] as const)('$metadata of %s', (version) => {
  const schema = schemaOf(csdl(models[version], servedContainer));

  test('declares every type that it refers to', () => {
    const declared = new Set(
      schema.children.map(({ attributes }) => `microsoft.graph.${attributes['Name']}`),
    );
    const referred = schema.children
      .flatMap((element) => [element, ...element.children])
      .flatMap(({ attributes }) => [attributes['Type'], attributes['BaseType'], attributes['EntityType']])
      .flatMap((type) => type?.replace(/^Collection\((.*)\)$/, '$1') ?? [])
      .filter((type) => !type.startsWith('Edm.'));
    expect(referred.length).toBeGreaterThan(10);
    expect(referred.filter((type) => !declared.has(type))).toEqual([]);
  });

  test('gives every entity a key', () => {
    expect(named(schema, 'entity')?.children[0]).toEqual({
      name: 'Key',
      attributes: {},
      children: [{ name: 'PropertyRef', attributes: { Name: 'id' }, children: [] }],
    });
    const entities = schema.children.filter(({ name }) => name === 'EntityType');
    expect(
      entities
        .filter(({ attributes }) => !attributes['BaseType'])
        .map(({ attributes }) => attributes['Name']),
    ).toEqual(['entity']);
  });

  test('has the container of what is served', () => {
    expect(named(schema, 'GraphService')?.children.map(({ name, attributes }) => [name, attributes])).toEqual(
      [
        ['EntitySet', { Name: 'groups', EntityType: 'microsoft.graph.group' }],
        ['Singleton', { Name: 'deviceManagement', Type: 'microsoft.graph.deviceManagement' }],
      ],
    );
  });
});

test('types, properties, enums and operations', () => {
  const schema = schemaOf(csdl(models.beta, servedContainer));
  const mac = named(schema, 'macOSGeneralDeviceConfiguration')!;
  expect(mac.attributes).toMatchObject({ BaseType: 'microsoft.graph.deviceConfiguration' });
  expect(named(mac, 'passwordRequired')?.attributes).toEqual({
    Name: 'passwordRequired',
    Type: 'Edm.Boolean',
    Nullable: 'false',
  });
  expect(named(mac, 'passwordMinimumLength')?.attributes).toEqual({
    Name: 'passwordMinimumLength',
    Type: 'Edm.Int32',
  });
  expect(named(mac, 'compliantAppsList')?.attributes['Type']).toBe('Collection(microsoft.graph.appListItem)');
  expect(named(schema, 'deviceConfiguration')?.attributes).toMatchObject({ Abstract: 'true' });
  expect(named(named(schema, 'deviceConfiguration')!, 'assignments')).toMatchObject({
    name: 'NavigationProperty',
    attributes: { ContainsTarget: 'true' },
  });
  expect(named(schema, 'macOSSoftwareUpdateDelayPolicy')).toMatchObject({
    attributes: { IsFlags: 'true' },
    children: expect.arrayContaining([
      expect.objectContaining({ attributes: { Name: 'delayMajorOsUpdateVisibility', Value: '8' } }),
    ]) as unknown,
  });
  expect(named(schema, 'downloadApplePushNotificationCertificateSigningRequest')).toMatchObject({
    name: 'Function',
    attributes: { IsBound: 'true' },
    children: [
      { attributes: { Name: 'bindingParameter', Type: 'microsoft.graph.applePushNotificationCertificate' } },
      { name: 'ReturnType', attributes: { Type: 'Edm.String' } },
    ],
  });
});

test('bytes, fractions, the types of OMA settings and the function that reads a secret', () => {
  const schema = schemaOf(csdl(models.beta, servedContainer));
  const typeIn = (type: string, property: string) =>
    named(named(schema, type)!, property)?.attributes['Type'];
  expect(typeIn('macOSCustomConfiguration', 'payload')).toBe('Edm.Binary');
  expect(typeIn('windows10CustomConfiguration', 'omaSettings')).toBe(
    'Collection(microsoft.graph.omaSetting)',
  );
  expect(named(schema, 'omaSetting')?.attributes).toMatchObject({ Abstract: 'true' });
  expect(
    ['Base64', 'Boolean', 'DateTime', 'FloatingPoint', 'Integer', 'String', 'StringXml'].map((name) =>
      typeIn(`omaSetting${name}`, 'value'),
    ),
  ).toEqual([
    'Edm.String',
    'Edm.Boolean',
    'Edm.DateTimeOffset',
    'Edm.Single',
    'Edm.Int32',
    'Edm.String',
    'Edm.Binary',
  ]);
  expect(named(schema, 'getOmaSettingPlainTextValue')?.children.map(({ attributes }) => attributes)).toEqual([
    { Name: 'bindingParameter', Type: 'microsoft.graph.deviceConfiguration' },
    { Name: 'secretReferenceValueId', Type: 'Edm.String' },
    { Type: 'Edm.String' },
  ]);
});

test('v1.0 lacks what only beta has', () => {
  const schema = schemaOf(csdl(models['v1.0'], servedContainer));
  expect(named(schema, 'generateApplePushNotificationCertificateSigningRequest')).toBeUndefined();
  expect(named(schema, 'macOSPrivacyAccessControlItem')).toBeUndefined();
});

test('marks and control characters in a description are written as XML can', () => {
  const description = 'a < b & "c" > d\u{1}';
  const model = buildModel({
    version: 'beta',
    types: {
      'microsoft.graph.x': { kind: 'complex', properties: { p: { type: 'Edm.String', description } } },
    },
    enums: {},
    unserved: {},
  });
  const schema = schemaOf(csdl(model, { singletons: {}, entitySets: {}, operations: [] }));
  expect(schema.children[0]?.children[0]?.children[0]?.attributes['String']).toBe('a < b & "c" > d');
});
