import type * as Stable from '@microsoft/microsoft-graph-types';
import type * as Preview from '@microsoft/microsoft-graph-types-beta';
import { expect, expectTypeOf, test } from 'vitest';
import type beta from './beta.json';
import { concreteTypes, findType, isDerivedFrom, isUnserved, models, typeOf } from './model.ts';
import type v1 from './v1.0.json';

type OwnNames<
  Document extends { types: object },
  Name extends keyof Document['types'],
> = Document['types'][Name] extends { properties: infer Properties } ? keyof Properties : never;

/** The properties of a typings interface that hold no entity; entities are what has an `id`. */
type StructuralNames<Type> = keyof {
  [Name in keyof Type as 'id' extends ElementKeys<NonNullable<Type[Name]>> ? never : Name]: true;
};
type ElementKeys<Value> = Value extends readonly (infer Element)[]
  ? ElementKeys<Element>
  : Value extends string | number | boolean
    ? never
    : keyof Value;
type Own<Type, Base> = Exclude<StructuralNames<Type>, keyof Base>;

test('the model has the property names of the typings', () => {
  type V1 = typeof v1;
  type Beta = typeof beta;
  expectTypeOf<OwnNames<V1, 'microsoft.graph.macOSGeneralDeviceConfiguration'>>().toEqualTypeOf<
    Own<Stable.MacOSGeneralDeviceConfiguration, Stable.DeviceConfiguration>
  >();
  expectTypeOf<OwnNames<Beta, 'microsoft.graph.macOSGeneralDeviceConfiguration'>>().toEqualTypeOf<
    Own<Preview.MacOSGeneralDeviceConfiguration, Preview.DeviceConfiguration>
  >();
  expectTypeOf<OwnNames<V1, 'microsoft.graph.deviceConfiguration'>>().toEqualTypeOf<
    Own<Stable.DeviceConfiguration, Stable.Entity> | 'assignments'
  >();
  expectTypeOf<OwnNames<Beta, 'microsoft.graph.deviceConfiguration'>>().toEqualTypeOf<
    Own<Preview.DeviceConfiguration, Preview.Entity> | 'assignments'
  >();
  expectTypeOf<OwnNames<V1, 'microsoft.graph.complianceManagementPartner'>>().toEqualTypeOf<
    Own<Stable.ComplianceManagementPartner, Stable.Entity>
  >();
  expectTypeOf<OwnNames<Beta, 'microsoft.graph.complianceManagementPartner'>>().toEqualTypeOf<
    Own<Preview.ComplianceManagementPartner, Preview.Entity>
  >();
  expectTypeOf<OwnNames<Beta, 'microsoft.graph.applePushNotificationCertificate'>>().toEqualTypeOf<
    Own<Preview.ApplePushNotificationCertificate, Preview.Entity>
  >();
  expectTypeOf<OwnNames<Beta, 'microsoft.graph.macOSPrivacyAccessControlItem'>>().toEqualTypeOf<
    Own<Preview.MacOSPrivacyAccessControlItem, object>
  >();
  expectTypeOf<OwnNames<V1, 'microsoft.graph.group'>>().toEqualTypeOf<
    Own<Stable.Group, Stable.DirectoryObject> | 'members' | 'transitiveMembers'
  >();
  expectTypeOf<OwnNames<V1, 'microsoft.graph.device'>>().toEqualTypeOf<
    Exclude<Own<Stable.Device, Stable.DirectoryObject>, 'alternativeSecurityIds'>
  >();
  expectTypeOf<OwnNames<Beta, 'microsoft.graph.deviceConfigurationAssignment'>>().toEqualTypeOf<
    Own<Preview.DeviceConfigurationAssignment, Preview.Entity>
  >();
});

test('macOSGeneralDeviceConfiguration has 12 own properties in v1.0 and 48 more in beta', () => {
  const name = 'microsoft.graph.macOSGeneralDeviceConfiguration';
  expect(typeOf(models['v1.0'], name).own.size).toBe(12);
  expect(typeOf(models.beta, name).own.size).toBe(60);
});

test('what only beta has', () => {
  const partner = 'microsoft.graph.complianceManagementPartner';
  expect(typeOf(models['v1.0'], partner).properties.has('linuxOnboarded')).toBe(false);
  expect(typeOf(models.beta, partner).properties.has('linuxOnboarded')).toBe(true);
  expect(typeOf(models.beta, partner).retired).toEqual(
    new Set(['windowsOnboarded', 'windowsEnrollmentAssignments']),
  );
  expect(typeOf(models['v1.0'], partner).retired.size).toBe(0);
});

test('inherited properties come first, in the order of the wire', () => {
  const type = typeOf(models.beta, 'microsoft.graph.macOSGeneralDeviceConfiguration');
  expect([...type.properties.keys()].slice(0, 14)).toEqual([
    'id',
    'lastModifiedDateTime',
    'roleScopeTagIds',
    'supportsScopeTags',
    'deviceManagementApplicabilityRuleOsEdition',
    'deviceManagementApplicabilityRuleOsVersion',
    'deviceManagementApplicabilityRuleDeviceMode',
    'createdDateTime',
    'description',
    'displayName',
    'version',
    'assignments',
    'compliantAppsList',
    'compliantAppListType',
  ]);
});

test('the five assignment targets derive from an abstract one', () => {
  const model = models['v1.0'];
  const target = typeOf(model, 'microsoft.graph.deviceAndAppManagementAssignmentTarget');
  expect(target.abstract).toBe(true);
  expect(concreteTypes(model, target).toSorted()).toEqual([
    'microsoft.graph.allDevicesAssignmentTarget',
    'microsoft.graph.allLicensedUsersAssignmentTarget',
    'microsoft.graph.configurationManagerCollectionAssignmentTarget',
    'microsoft.graph.exclusionGroupAssignmentTarget',
    'microsoft.graph.groupAssignmentTarget',
  ]);
  expect(
    isDerivedFrom(
      model,
      'microsoft.graph.exclusionGroupAssignmentTarget',
      'microsoft.graph.groupAssignmentTarget',
    ),
  ).toBe(true);
  expect(
    isDerivedFrom(
      model,
      'microsoft.graph.groupAssignmentTarget',
      'microsoft.graph.exclusionGroupAssignmentTarget',
    ),
  ).toBe(false);
});

test.each([
  '#microsoft.graph.ComplianceManagementPartner',
  'microsoft.graph.complianceManagementPartner',
  'https://graph.microsoft.com/v1.0/$metadata#microsoft.graph.complianceManagementPartner',
])('a type is found by %s', (name) => {
  expect(findType(models.beta, name)?.name).toBe('microsoft.graph.complianceManagementPartner');
});

test('a type of Graph that is not served is told from one that does not exist', () => {
  expect(isUnserved(models.beta, '#microsoft.graph.windowsKioskConfiguration')).toBe(true);
  expect(isUnserved(models.beta, 'microsoft.graph.nothing')).toBe(false);
  expect(isUnserved(models.beta, 'microsoft.graph.macOSGeneralDeviceConfiguration')).toBe(false);
});

test('an enum without a member of value 0 has no zero', () => {
  expect(models.beta.enums.get('microsoft.graph.macOSProcessIdentifierType')?.zero).toBeUndefined();
  expect(models.beta.enums.get('microsoft.graph.enablement')?.zero).toBe('notConfigured');
});
