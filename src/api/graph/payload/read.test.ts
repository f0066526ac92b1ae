import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../kernel/fault.ts';
import { macOSGeneralExample, pushCertificateExample } from '../fixtures/documented-examples.ts';
import {
  deviceConfiguration,
  faultOf,
  macOS,
  update,
  updateMac,
  violationsOf,
} from '../fixtures/refused-bodies.ts';
import { models } from '../model/model.ts';
import { graphCodeOf } from '../violation.ts';
import { readEntity, type ReadOptions } from './read.ts';

const v1 = models['v1.0'];
const { beta } = models;
const partner = 'microsoft.graph.complianceManagementPartner';
const create: ReadOptions = { mode: 'create' };

describe('the documented requests', () => {
  test('update of a push certificate: only what a client may write is taken', () => {
    const body = pushCertificateExample.request;
    expect(readEntity(beta, 'microsoft.graph.applePushNotificationCertificate', body, update)).toEqual({
      type: 'microsoft.graph.applePushNotificationCertificate',
      properties: { appleIdentifier: 'Apple Identifier value', certificate: 'Certificate value' },
    });
  });

  test('update of a macOS configuration', () => {
    const body = macOSGeneralExample.request;
    const { '@odata.type': _type, version: _version, compliantAppsList, ...rest } = body;
    const { '@odata.type': _elementType, ...app } = compliantAppsList[0];
    expect(readEntity(v1, deviceConfiguration, body, update)).toEqual({
      type: 'microsoft.graph.macOSGeneralDeviceConfiguration',
      properties: { ...rest, compliantAppsList: [app] },
    });
  });

  test('update of a compliance partner', () => {
    const assignment = {
      '@odata.type': 'microsoft.graph.complianceManagementPartnerAssignment',
      target: {
        '@odata.type': 'microsoft.graph.configurationManagerCollectionAssignmentTarget',
        collectionId: 'Collection Id value',
      },
    };
    const body = {
      '@odata.type': '#microsoft.graph.ComplianceManagementPartner',
      lastHeartbeatDateTime: '2016-12-31T23:59:37.9174975-08:00',
      partnerState: 'unavailable',
      displayName: 'Display Name value',
      macOsOnboarded: true,
      macOsEnrollmentAssignments: [assignment],
    };
    expect(readEntity(v1, partner, body, update)).toEqual({
      type: partner,
      properties: {
        lastHeartbeatDateTime: '2017-01-01T07:59:37.9174975Z',
        partnerState: 'unavailable',
        displayName: 'Display Name value',
        macOsOnboarded: true,
        macOsEnrollmentAssignments: [
          {
            target: {
              '@odata.type': '#microsoft.graph.configurationManagerCollectionAssignmentTarget',
              collectionId: 'Collection Id value',
            },
          },
        ],
      },
    });
  });
});

describe('create', () => {
  test('fills in what is left out', () => {
    const { properties } = readEntity(v1, deviceConfiguration, { ...macOS, displayName: 'Macs' }, create);
    expect(properties).toEqual({
      displayName: 'Macs',
      description: null,
      compliantAppsList: [],
      compliantAppListType: 'none',
      emailInDomainSuffixes: [],
      passwordBlockSimple: false,
      passwordExpirationDays: null,
      passwordMinimumCharacterSetCount: null,
      passwordMinimumLength: null,
      passwordMinutesOfInactivityBeforeLock: null,
      passwordMinutesOfInactivityBeforeScreenTimeout: null,
      passwordPreviousPasswordBlockCount: null,
      passwordRequired: false,
      passwordRequiredType: 'deviceDefault',
    });
  });

  test('asks for what has no default, also inside of collections', () => {
    const body = { ...macOS, privacyAccessControls: [{ displayName: 'Zoom', identifier: 'us.zoom' }] };
    expect(Object.keys(violationsOf(() => readEntity(beta, deviceConfiguration, body, create)))).toEqual([
      'displayName',
      'privacyAccessControls[0].codeRequirement',
      'privacyAccessControls[0].identifierType',
    ]);
  });

  test('an update leaves out what is absent', () => {
    expect(updateMac({}).properties).toEqual({});
  });
});

describe('what is ignored', () => {
  test('ids, annotations, read-only and retired properties', () => {
    const body = {
      id: '00000000-0000-0000-0000-000000000000',
      '@odata.context': 'https://graph.microsoft.com/beta/$metadata#x',
      'assignments@odata.context': 'x',
      'emailInDomainSuffixes@odata.type': '#Collection(String)',
      '@microsoft.graph.tips': 'Use $select',
      createdDateTime: 'whenever',
      supportsScopeTags: null,
      version: '7',
    };
    expect(updateMac(body).properties).toEqual({});
    expect(readEntity(beta, partner, { windowsOnboarded: true }, update).properties).toEqual({});
  });
});

describe('types', () => {
  test('a missing type where the declared one is abstract', () => {
    const fault = faultOf(() => readEntity(v1, deviceConfiguration, { displayName: 'x' }, create));
    expect(fault.message).toBe(
      "Cannot create an abstract class. 'microsoft.graph.deviceConfiguration' is abstract: set '@odata.type' to one of '#microsoft.graph.iosCustomConfiguration', '#microsoft.graph.iosGeneralDeviceConfiguration', '#microsoft.graph.macOSCustomConfiguration', '#microsoft.graph.macOSGeneralDeviceConfiguration', '#microsoft.graph.windows10CustomConfiguration'.",
    );
    expect(fault.violations.map(graphCodeOf)).toEqual(['ModelValidationFailure']);
    expect(fault.violations[0]?.path).toBe('@odata.type');
  });

  test('an abstract type by name is no better', () => {
    const body = { '@odata.type': '#microsoft.graph.deviceConfiguration' };
    expect(faultOf(() => readEntity(v1, deviceConfiguration, body, update)).message).toMatch(
      /^Cannot create an abstract class\./,
    );
  });

  test('a missing type in a collection names its place and the choices', () => {
    const body = { iosEnrollmentAssignments: [{ target: { groupId: 'x' } }] };
    const found = violationsOf(() => readEntity(v1, partner, body, update));
    expect(found['iosEnrollmentAssignments[0].target.@odata.type']).toContain(
      "'#microsoft.graph.groupAssignmentTarget'",
    );
  });

  test.each([
    [
      '#microsoft.graph.nothing',
      /^A type named '#microsoft.graph.nothing' could not be resolved by the model\. When a model/,
    ],
    ['#microsoft.graph.iosUpdateConfiguration', /is not served here\. This server takes one of '#microsoft/],
    [
      '#microsoft.graph.group',
      /^The type 'microsoft.graph.group' is not 'microsoft.graph.deviceConfiguration' or derived/,
    ],
    [5, /^'@odata.type' must be a string, not the number 5\.$/],
  ])('%s is refused', (type, message) => {
    const body = { '@odata.type': type };
    expect(faultOf(() => readEntity(v1, deviceConfiguration, body, update)).message).toMatch(message);
  });

  test('a type that only beta has is said to be there', () => {
    const body = {
      androidEnrollmentAssignments: [
        { target: { '@odata.type': '#microsoft.graph.androidFotaDeploymentAssignmentTarget' } },
      ],
    };
    const [message] = Object.values(violationsOf(() => readEntity(v1, partner, body, update)));
    expect(message).toContain('It exists in beta.');
  });

  test('a derived value keeps its type, one of the declared type has none', () => {
    const target = { '@odata.type': '#Microsoft.Graph.GroupAssignmentTarget', groupId: 'g' };
    const { properties } = readEntity(v1, partner, { iosEnrollmentAssignments: [{ target }] }, update);
    expect(properties).toEqual({
      iosEnrollmentAssignments: [
        { target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: 'g' } },
      ],
    });
  });
});

describe('violations', () => {
  test('all of them are found, each with its place', () => {
    const found = violationsOf(() =>
      updateMac({
        nonsense: 1,
        DisplayName: 'x',
        displayName: null,
        passwordRequired: 'true',
        passwordMinimumCharacterSetCount: 5,
        passwordMinimumLength: 2 ** 31,
        passwordExpirationDays: 1.5,
        passwordRequiredType: 'Numeric',
        emailInDomainSuffixes: ['a', 5, null],
        compliantAppsList: { name: 'x' },
        deviceManagementApplicabilityRuleOsVersion: [],
        assignments: [],
        'settings@odata.bind': 'x',
      }),
    );
    expect(found).toEqual({
      nonsense:
        "The property 'nonsense' does not exist on type 'microsoft.graph.macOSGeneralDeviceConfiguration'. Make sure to only use property names that are defined by the type.",
      DisplayName:
        "The property 'DisplayName' does not exist on type 'microsoft.graph.macOSGeneralDeviceConfiguration'. Did you mean 'displayName'?",
      displayName: "The property 'displayName' of type 'Edm.String' must not be null.",
      passwordRequired: "The property 'passwordRequired' must be of type 'Edm.Boolean', not a string.",
      passwordMinimumCharacterSetCount:
        "The value 5 of property 'passwordMinimumCharacterSetCount' is out of range. Valid values are 0 to 4.",
      passwordMinimumLength:
        "The value 2147483648 of property 'passwordMinimumLength' is out of range. Valid values are -2147483648 to 2147483647.",
      passwordExpirationDays:
        "The property 'passwordExpirationDays' must be of type 'Edm.Int32', not the fraction 1.5.",
      passwordRequiredType:
        "The value 'Numeric' of property 'passwordRequiredType' is not a member of 'microsoft.graph.requiredPasswordType'. Possible values are: deviceDefault, alphanumeric, numeric.",
      'emailInDomainSuffixes[1]':
        "The property 'emailInDomainSuffixes[1]' must be of type 'Edm.String', not the number 5.",
      'emailInDomainSuffixes[2]': "The collection 'emailInDomainSuffixes' must not contain null.",
      compliantAppsList:
        "The property 'compliantAppsList' must be a collection of 'microsoft.graph.appListItem', not an object.",
      deviceManagementApplicabilityRuleOsVersion:
        "The property 'deviceManagementApplicabilityRuleOsVersion' must be a JSON object of type 'microsoft.graph.deviceManagementApplicabilityRuleOsVersion', not an array.",
      assignments:
        "Cannot apply PATCH to navigation property 'assignments' on entity type 'microsoft.graph.macOSGeneralDeviceConfiguration'. Write it by its own path.",
      'settings@odata.bind':
        "'settings@odata.bind' cannot be bound on type 'microsoft.graph.macOSGeneralDeviceConfiguration'.",
    });
  });

  test('v1.0 refuses a property of beta and says where it is', () => {
    expect(violationsOf(() => updateMac({ cameraBlocked: true }, v1))['cameraBlocked']).toBe(
      "The property 'cameraBlocked' does not exist on type 'microsoft.graph.macOSGeneralDeviceConfiguration'. It exists in beta only.",
    );
    expect(updateMac({ cameraBlocked: true }).properties).toEqual({ cameraBlocked: true });
  });

  test('limits of collections', () => {
    const apps = (count: number) => ({
      compliantAppsList: Array.from({ length: count }, () => ({ name: 'x' })),
    });
    expect(updateMac(apps(10000)).properties['compliantAppsList']).toHaveLength(10000);
    expect(violationsOf(() => updateMac(apps(10001)))['compliantAppsList']).toBe(
      "The property 'compliantAppsList' has 10001 elements; it can contain a maximum of 10000.",
    );
  });

  test.each([
    [2, undefined],
    [11, undefined],
    [1, 'out of range'],
    [12, 'out of range'],
  ])('passwordMaximumAttemptCount %d', (passwordMaximumAttemptCount, refused) => {
    if (refused === undefined)
      expect(updateMac({ passwordMaximumAttemptCount }).properties).toEqual({ passwordMaximumAttemptCount });
    else expect(faultOf(() => updateMac({ passwordMaximumAttemptCount })).message).toContain(refused);
  });

  test.each(['a\0b', 'a\ud800b'])('a string the database cannot hold', (displayName) => {
    expect(faultOf(() => updateMac({ displayName })).message).toMatch(
      /NUL character or half a surrogate pair/,
    );
  });

  test('a group has a name of at most 256 characters', () => {
    const read = (length: number) =>
      readEntity(v1, 'microsoft.graph.group', { displayName: 'x'.repeat(length) }, update);
    expect(read(256).properties['displayName']).toHaveLength(256);
    expect(faultOf(() => read(257)).message).toBe(
      "The property 'displayName' has 257 characters; its maximum length is 256.",
    );
  });

  test.each([
    [null, 'null'],
    [undefined, 'absent'],
    [[], 'an array'],
    ['x', 'a string'],
  ])('a body that is %j', (body, kind) => {
    expect(faultOf(() => readEntity(v1, partner, body, update)).message).toBe(
      `The request body must be a JSON object of type '${partner}', not ${kind}.`,
    );
  });

  test('one date that is none', () => {
    expect(
      faultOf(() => readEntity(v1, partner, { lastHeartbeatDateTime: 'today' }, update)).message,
    ).toContain("not 'today'.");
  });

  test('at most a hundred are told, and the first speaks for all', () => {
    const emailInDomainSuffixes = Array.from({ length: 500 }, () => 5);
    const fault = faultOf(() => updateMac({ emailInDomainSuffixes }));
    expect(fault.violations).toHaveLength(100);
    expect(fault.message).toContain("'emailInDomainSuffixes[0]'");
    expect(fault.message).toContain("(99 more problems are listed in 'details'.)");
  });

  test('a key of Object.prototype is a property like any other', () => {
    const body = JSON.parse('{"__proto__": {"displayName": "x"}, "constructor": 1}') as object;
    expect(Object.keys(violationsOf(() => readEntity(v1, partner, body, update)))).toEqual([
      '__proto__',
      'constructor',
    ]);
  });
});

test('no body makes anything but an entity or a fault', () => {
  const known = [...beta.types.values()].flatMap((type) => Array.from(type.properties.keys()));
  const value = fc.letrec((tie) => ({
    json: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.constantFrom('#microsoft.graph.groupAssignmentTarget', 'enabled', 'none', null, 3, true),
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('@odata.type', ...known), tie('json'), { maxKeys: 6 }),
    ),
  })).json;
  fc.assert(
    fc.property(value, fc.constantFrom(create, update), fc.constantFrom(v1, beta), (body, options, model) => {
      for (const type of [deviceConfiguration, partner, 'microsoft.graph.macOSGeneralDeviceConfiguration']) {
        try {
          readEntity(model, type, body, options);
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
          expect((error as Fault).violations.length).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 300 },
  );
});
