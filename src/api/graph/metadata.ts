import type { EnumType, Model, Property, StructuredType } from './model/model.ts';
import type { BoundOperation, ServedContainer } from './served-operations.ts';

const namespace = 'microsoft.graph';

/**
 * The `$metadata` document of one version: CSDL XML of its types, enums and container.
 *
 * https://docs.oasis-open.org/odata/odata-csdl-xml/v4.01/odata-csdl-xml-v4.01.html
 */
export function csdl(model: Model, container: ServedContainer): string {
  const operations = container.operations.filter(({ versions }) => versions.includes(model.version));
  const schema = [
    ...[...model.enums.values()].map(enumElement),
    ...[...model.types.values()].map((type) => typeElement(model, type)),
    ...operations.map(operationElement),
    containerElement(container),
  ];
  return [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">',
    element('edmx:DataServices', {}, [
      element('Schema', { Namespace: namespace, Alias: 'graph', xmlns: 'http://docs.oasis-open.org/odata/ns/edm' }, schema),
    ]),
    '</edmx:Edmx>',
  ].join('');
}

function enumElement({ name, flags, members }: EnumType): string {
  return element(
    'EnumType',
    { Name: simpleName(name), IsFlags: flags && 'true' },
    members.map((member) => element('Member', { Name: member.name, Value: member.value?.toString() })),
  );
}

function typeElement(model: Model, type: StructuredType): string {
  const own = [...type.properties.values()].filter(({ name }) => type.own.has(name));
  const key = type.own.has('id') ? [element('Key', {}, [element('PropertyRef', { Name: 'id' })])] : [];
  return element(
    type.kind === 'entity' ? 'EntityType' : 'ComplexType',
    { Name: simpleName(type.name), BaseType: type.base, Abstract: type.abstract ? 'true' : undefined },
    [...key, ...own.map((property) => propertyElement(model, property))],
  );
}

function propertyElement(model: Model, property: Property): string {
  const type = property.collection ? `Collection(${property.type})` : property.type;
  if (property.navigation) {
    const isContained = !isEntitySet(model, property.type);
    return element('NavigationProperty', { Name: property.name, Type: type, ContainsTarget: isContained ? 'true' : undefined });
  }
  const nullable = property.nullable ? undefined : 'false';
  const precision = property.type === 'Edm.DateTimeOffset' ? dateTimePrecision(property) : undefined;
  return element('Property', { Name: property.name, Type: type, Nullable: nullable, Precision: precision });
}
