import type { EnumType, Model, Property, StructuredType } from './model/model.ts';
import type { BoundOperation, ServedContainer } from './served-operations.ts';

const namespace = 'microsoft.graph';
const vocabulary = 'https://oasis-tcs.github.io/odata-vocabularies/vocabularies/Org.OData.Core.V1.xml';

/**
 * The `$metadata` document of one version: CSDL XML of its types, enums and container.
 *
 * https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html
 */
export function csdl(model: Model, container: ServedContainer): string {
  const operations = container.operations.filter(({ versions }) => versions.includes(model.version));
  const schema = element(
    'Schema',
    { Namespace: namespace, xmlns: 'http://docs.oasis-open.org/odata/ns/edm' },
    [
      ...[...model.enums.values()].map(enumElement),
      ...[...model.types.values()].map(typeElement),
      ...operations.map(operationElement),
      containerElement(container),
    ],
  );
  const core = element('edmx:Include', { Namespace: 'Org.OData.Core.V1', Alias: 'Core' });
  const document = { Version: '4.0', 'xmlns:edmx': 'http://docs.oasis-open.org/odata/ns/edmx' };
  const reference = element('edmx:Reference', { Uri: vocabulary }, [core]);
  const edmx = element('edmx:Edmx', document, [reference, element('edmx:DataServices', {}, [schema])]);
  return `<?xml version="1.0" encoding="utf-8"?>${edmx}`;
}

function enumElement({ name, flags, members }: EnumType): string {
  return element(
    'EnumType',
    { Name: simpleName(name), IsFlags: flags ? 'true' : undefined },
    members.map((member) => element('Member', { Name: member.name, Value: member.value?.toString() })),
  );
}

function typeElement(type: StructuredType): string {
  const own = [...type.properties.values()].filter(({ name }) => type.own.has(name));
  const key = type.own.has('id') ? [element('Key', {}, [element('PropertyRef', { Name: 'id' })])] : [];
  return element(
    type.kind === 'entity' ? 'EntityType' : 'ComplexType',
    { Name: simpleName(type.name), BaseType: type.base, Abstract: type.abstract ? 'true' : undefined },
    [...key, ...own.map(propertyElement)],
  );
}

function propertyElement(property: Property): string {
  const { name, collection, navigation, reference, nullable } = property;
  const type = collection ? `Collection(${property.type})` : property.type;
  const annotations = annotationElements(property);
  if (navigation) {
    // What does not stand on its own is part of the entity it is reached from.
    const contains = reference ? undefined : 'true';
    return element('NavigationProperty', { Name: name, Type: type, ContainsTarget: contains }, annotations);
  }
  return element(
    'Property',
    { Name: name, Type: type, Nullable: nullable ? undefined : 'false' },
    annotations,
  );
}

function annotationElements({ description, readOnly }: Property): string[] {
  return [
    ...(description ? [element('Annotation', { Term: 'Core.Description', String: description })] : []),
    ...(readOnly ? [element('Annotation', { Term: 'Core.Computed', Bool: 'true' })] : []),
  ];
}

function operationElement({ kind, name, boundTo, parameters, returns }: BoundOperation): string {
  const all = Object.entries({ bindingParameter: boundTo, ...parameters });
  return element(kind, { Name: name, IsBound: 'true' }, [
    ...all.map(([Name, Type]) => element('Parameter', { Name, Type })),
    ...(returns ? [element('ReturnType', { Type: returns })] : []),
  ]);
}

/**
 * The service document: what the root of a version leads to.
 *
 * https://docs.oasis-open.org/odata/odata-json-format/v4.01/odata-json-format-v4.01.html#sec_ServiceDocument
 */
export function serviceDocument(serviceRoot: string, { singletons, entitySets }: ServedContainer): object {
  const listed = (kind: string, names: object) =>
    Object.keys(names).map((name) => ({ name, kind, url: name }));
  return {
    '@odata.context': `${serviceRoot}/$metadata`,
    value: [...listed('EntitySet', entitySets), ...listed('Singleton', singletons)],
  };
}

function containerElement({ singletons, entitySets }: ServedContainer): string {
  return element('EntityContainer', { Name: 'GraphService' }, [
    ...Object.entries(entitySets).map(([Name, EntityType]) => element('EntitySet', { Name, EntityType })),
    ...Object.entries(singletons).map(([Name, Type]) => element('Singleton', { Name, Type })),
  ]);
}

function element(
  name: string,
  attributes: Readonly<Record<string, string | undefined>>,
  children: readonly string[] = [],
): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? '' : ` ${key}="${escape(value)}"`,
  );
  const start = `<${name}${written.join('')}`;
  return children.length === 0 ? `${start}/>` : `${start}>${children.join('')}</${name}>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as an attribute value of XML 1.0, which has no way to write most control characters. */
function escape(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll(/[&<>"]/g, (mark) => entities[mark]!);
}

function simpleName(name: string): string {
  return name.slice(namespace.length + 1);
}
