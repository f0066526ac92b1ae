import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { models, typeOf, type Property } from '../model/model.ts';
import { keyedPath, odataContext } from './context.ts';
import { contentType, metadataLevel } from './metadata-level.ts';
import { readEntity } from './read.ts';
import { writeEntity } from './write.ts';

const { beta } = models;
const v1 = models['v1.0'];
const deviceConfiguration = 'microsoft.graph.deviceConfiguration';
const macOS = 'microsoft.graph.macOSGeneralDeviceConfiguration';
const partner = 'microsoft.graph.complianceManagementPartner';
const minimal = { declaredType: deviceConfiguration, metadata: 'minimal' } as const;

const stored = {
  id: 'dc356aee-6aee-dc35-ee6a-35dcee6a35dc',
  createdDateTime: new Date('2026-01-01T08:00:00.5Z'),
  lastModifiedDateTime: '2026-01-01T08:00:35.1329464Z',
  displayName: 'Macs',
  version: 7,
  cameraBlocked: true,
  compliantAppsList: [{ name: 'Chess', publisher: null, appStoreUrl: null, appId: null }],
};

describe('an entity', () => {
  test('has its type, then its properties in the order of the wire', () => {
    const written = writeEntity(beta, macOS, stored, minimal);
    const structural = [...typeOf(beta, macOS).properties.values()].filter(({ navigation }) => !navigation);
    expect(Object.keys(written)).toEqual(['@odata.type', ...structural.map(({ name }) => name)]);
    expect(written).toMatchObject({
      '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration',
      createdDateTime: '2026-01-01T08:00:00.5000000Z',
      roleScopeTagIds: ['0'],
      supportsScopeTags: true,
      deviceManagementApplicabilityRuleOsEdition: null,
      description: null,
      cameraBlocked: true,
      airDropBlocked: false,
      emailInDomainSuffixes: [],
      passwordRequiredType: 'deviceDefault',
      updateDelayPolicy: null,
      compliantAppsList: stored.compliantAppsList,
    });
    expect(written).not.toHaveProperty('assignments');
  });

  test('shows in v1.0 what v1.0 has', () => {
    const written = writeEntity(v1, macOS, stored, minimal);
    expect(Object.keys(written)).toHaveLength(1 + 1 + 5 + 12);
    expect(written).not.toHaveProperty('cameraBlocked');
    expect(written).not.toHaveProperty('roleScopeTagIds');
  });

  test('has no type where it is the declared one', () => {
    expect(writeEntity(v1, partner, { id: '1' }, { declaredType: partner, metadata: 'minimal' })).toEqual({
      id: '1',
      lastHeartbeatDateTime: '0001-01-01T00:00:00Z',
      partnerState: 'unknown',
      displayName: null,
      macOsOnboarded: false,
      androidOnboarded: false,
      iosOnboarded: false,
      macOsEnrollmentAssignments: [],
      androidEnrollmentAssignments: [],
      iosEnrollmentAssignments: [],
    });
  });

  test('shows the selected properties only', () => {
    const written = writeEntity(beta, macOS, stored, { ...minimal, select: ['displayName', 'id'] });
    expect(written).toEqual({ '@odata.type': `#${macOS}`, id: stored.id, displayName: 'Macs' });
  });

  test('never shows a certificate, and its dates in seconds', () => {
    const type = 'microsoft.graph.applePushNotificationCertificate';
    const values = { certificate: '-----BEGIN', expirationDateTime: new Date('2027-01-01T08:00:00.5Z') };
    const written = writeEntity(beta, type, values, { declaredType: type, metadata: 'minimal' });
    expect(written).toMatchObject({ certificate: null, expirationDateTime: '2027-01-01T08:00:00Z' });
  });
});

describe('a value inside', () => {
  const group = { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: 'g' };
  const assignments = { iosEnrollmentAssignments: [{ target: group }] };
  const write = (model = v1, values: object = assignments) =>
    writeEntity(model, partner, { ...values }, { declaredType: partner, metadata: 'minimal' })[
      'iosEnrollmentAssignments'
    ];

  test('has its type where the declared one is abstract', () => {
    expect(write()).toEqual([{ target: group }]);
  });

  test('has in beta what beta has', () => {
    expect(write(beta)).toEqual([
      {
        target: {
          '@odata.type': '#microsoft.graph.groupAssignmentTarget',
          deviceAndAppManagementAssignmentFilterId: null,
          deviceAndAppManagementAssignmentFilterType: 'none',
          groupId: 'g',
        },
      },
    ]);
  });

  test('of a type that only beta has keeps its type in v1.0', () => {
    const target = { '@odata.type': '#microsoft.graph.androidFotaDeploymentAssignmentTarget', groupId: 'g' };
    expect(write(v1, { iosEnrollmentAssignments: [{ target }] })).toEqual([
      { target: { '@odata.type': target['@odata.type'] } },
    ]);
  });
});

describe('metadata', () => {
  const url = "https://host/beta/deviceManagement/deviceConfigurations('1')";

  test('full: types and links everywhere', () => {
    const written = writeEntity(beta, macOS, stored, {
      declaredType: deviceConfiguration,
      metadata: 'full',
      url,
    });
    expect(written).toMatchObject({
      '@odata.type': `#${macOS}`,
      '@odata.id': url,
      '@odata.editLink': `${url}/${macOS}`,
      'createdDateTime@odata.type': '#DateTimeOffset',
      'roleScopeTagIds@odata.type': '#Collection(String)',
      'compliantAppListType@odata.type': '#microsoft.graph.appListType',
      'compliantAppsList@odata.type': '#Collection(microsoft.graph.appListItem)',
      compliantAppsList: [{ '@odata.type': '#microsoft.graph.appListItem', name: 'Chess' }],
      'assignments@odata.associationLink': `${url}/${macOS}/assignments/$ref`,
      'assignments@odata.navigationLink': `${url}/${macOS}/assignments`,
      'deviceStatusOverview@odata.navigationLink': `${url}/${macOS}/deviceStatusOverview`,
    });
    expect(written).not.toHaveProperty('displayName@odata.type');
    expect(written).not.toHaveProperty('updateDelayPolicy@odata.type');
  });

  test('none: no annotation at any depth', () => {
    const values = {
      iosEnrollmentAssignments: [
        { target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } },
      ],
    };
    const written = writeEntity(beta, partner, values, { declaredType: partner, metadata: 'none', url });
    expect(JSON.stringify(written)).not.toContain('@odata');
  });

  test.each([
    [undefined, 'minimal'],
    ['application/json', 'minimal'],
    ['application/json;odata.metadata=full', 'full'],
    ['text/html, application/json; odata.metadata="none";q=0.5', 'none'],
    ['application/json;odata=fullmetadata', 'full'],
    ['application/json;odata.metadata=all', 'minimal'],
  ])('%s asks for %s', (accept, level) => {
    expect(metadataLevel(accept)).toBe(level);
  });

  test('the content type names the level', () => {
    expect(contentType('full')).toMatch(/^application\/json;odata\.metadata=full;/);
  });
});

test.each([
  [
    { kind: 'collection', path: 'deviceManagement/deviceConfigurations' },
    '#deviceManagement/deviceConfigurations',
  ],
  [
    { kind: 'entity', path: 'deviceManagement/deviceConfigurations' },
    '#deviceManagement/deviceConfigurations/$entity',
  ],
  [{ kind: 'collection', path: 'users', select: ['id', 'displayName'] }, '#users(id,displayName)'],
  [{ kind: 'entity', path: 'users', select: ['id'] }, '#users(id)/$entity'],
  [{ kind: 'collection', path: 'a', select: ['id'], expand: ['assignments'] }, '#a(id,assignments())'],
  [
    { kind: 'collection', path: `${keyedPath('deviceManagement/deviceConfigurations', "o'1")}/assignments` },
    "#deviceManagement/deviceConfigurations('o''1')/assignments",
  ],
  [{ kind: 'value', type: 'Edm.String' }, '#Edm.String'],
] as const)('the context of %j', (subject, end) => {
  expect(odataContext('https://host/beta', subject)).toBe(`https://host/beta/$metadata${end}`);
});

function valueOf(property: Property): fc.Arbitrary<unknown> {
  const enumType = beta.enums.get(property.type);
  const type = beta.types.get(property.type);
  const one: fc.Arbitrary<unknown> = enumType
    ? fc.constantFrom(...enumType.members.map(({ name }) => name))
    : type
      ? bodyOf(property.type)
      : property.type === 'Edm.Boolean'
        ? fc.boolean()
        : property.type === 'Edm.Int32'
          ? fc.integer({ min: property.min ?? -(2 ** 31), max: property.max ?? 2 ** 31 - 1 })
          : fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  const whole = property.collection ? fc.array(one, { maxLength: 2 }) : one;
  return property.nullable && !property.collection ? fc.option(whole) : whole;
}

function bodyOf(name: string): fc.Arbitrary<Record<string, unknown>> {
  const writable = [...typeOf(beta, name).properties.values()].filter(
    ({ readOnly, navigation }) => !readOnly && !navigation,
  );
  return fc.record(Object.fromEntries(writable.map((property) => [property.name, valueOf(property)])));
}

test('what a client may write is read back as it was written', () => {
  fc.assert(
    fc.property(bodyOf(macOS), (body) => {
      const { properties } = readEntity(
        beta,
        deviceConfiguration,
        { '@odata.type': macOS, ...body },
        { mode: 'create' },
      );
      expect(writeEntity(beta, macOS, properties, minimal)).toMatchObject(body);
    }),
    { numRuns: 50 },
  );
});
