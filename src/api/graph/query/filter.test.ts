import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../../kernel/fault.ts';
import { models } from '../model/model.ts';
import type { Scope } from './check.ts';
import { comparator, matches, type Subject } from './evaluate.ts';
import { parseFilter } from './filter.ts';
import { parseOrderBy } from './order-by.ts';

const { beta } = models;
const macOS = 'microsoft.graph.macOSGeneralDeviceConfiguration';
const partner = 'microsoft.graph.complianceManagementPartner';
const assignment = 'microsoft.graph.deviceConfigurationAssignment';
const scope = (type: string, model = beta): Scope => ({ model, type, option: '$filter' });

const mac: Subject = {
  type: macOS,
  values: {
    id: 'c4c8f047-f047-c4c8-47f0-c8c447f0c8c4',
    displayName: "O'Neil's Macs",
    description: null,
    version: 7,
    createdDateTime: '2026-01-01T08:00:35.1329464Z',
    lastModifiedDateTime: '2026-01-02T00:00:00Z',
    passwordRequired: true,
    passwordMinimumLength: null,
    passwordRequiredType: 'alphanumeric',
    updateDelayPolicy: 'delayOSUpdateVisibility,delayMajorOsUpdateVisibility',
    deviceManagementApplicabilityRuleOsVersion: { name: 'new', minOSVersion: '10' },
    deviceManagementApplicabilityRuleOsEdition: null,
  },
};

describe('a filter on a configuration', () => {
  test.each([
    ["displayName eq 'O''Neil''s Macs'", true],
    ["displayName eq 'o''neil''s MACS'", true],
    ["displayName ne 'x'", true],
    ["displayName gt 'A' and displayName lt 'Z'", true],
    ["'A' lt displayName", true],
    ["'A' ge displayName", false],
    ['description eq null', true],
    ['description ne null', false],
    ["description ne 'x'", true],
    ["description gt 'x'", false],
    ["not (description gt 'x')", true],
    ["contains(description,'x')", false],
    ["not contains(description,'x')", false],
    ["contains(description,'x') or version eq 7", true],
    ["not (contains(description,'x') and version eq 7)", false],
    ["not (contains(description,'x') and version eq 8)", true],
    ["startswith(displayName,'o''n')", true],
    ["endsWith( displayName , 'macs' )", true],
    ["contains(displayName,'neil')", true],
    ["not startswith(displayName,'x')", true],
    ['version eq 7', true],
    ['version eq 7.0', true],
    ['version gt 6.5 and version le 7', true],
    ['7 eq version', true],
    ['8 gt version', true],
    ['version in (1,2,7)', true],
    ['version in (1)', false],
    ['passwordMinimumLength in (1,null)', true],
    ['passwordMinimumLength lt 5', false],
    ['passwordMinimumLength ge 5', false],
    ['passwordRequired', true],
    ['not passwordRequired', false],
    ['passwordRequired eq true', true],
    ['true eq passwordRequired', true],
    ['passwordRequired ne false', true],
    ["passwordRequiredType eq 'alphanumeric'", true],
    ["passwordRequiredType eq 'Alphanumeric'", true],
    ["passwordRequiredType eq microsoft.graph.requiredPasswordType'numeric'", false],
    ["passwordRequiredType in ('numeric','alphanumeric')", true],
    ["updateDelayPolicy eq 'delayMajorOsUpdateVisibility,delayOSUpdateVisibility'", true],
    ['createdDateTime gt 2026-01-01T08:00:35.1329463Z', true],
    ['createdDateTime eq 2026-01-01T09:00:35.1329464+01:00', true],
    ['createdDateTime eq 2026-01-01T09:00:35.1329464 01:00', true],
    ['createdDateTime lt 2026-01-02T00:00:00Z', true],
    ['lastModifiedDateTime eq 2026-01-02T00:00:00.000Z', true],
    ['id eq c4c8f047-f047-c4c8-47f0-c8c447f0c8c4', true],
    ["id eq 'C4C8F047-f047-c4c8-47f0-c8c447f0c8c4'", true],
    ["deviceManagementApplicabilityRuleOsVersion/minOSVersion eq '10'", true],
    ['deviceManagementApplicabilityRuleOsEdition/name eq null', true],
    ['deviceManagementApplicabilityRuleOsEdition eq null', true],
    ['deviceManagementApplicabilityRuleOsVersion eq null', false],
    ['deviceManagementApplicabilityRuleOsVersion ne null', true],
    [`isof('${macOS}')`, true],
    [`isof(${macOS})`, true],
    ["isof('microsoft.graph.deviceConfiguration')", true],
    ["isof('microsoft.graph.iosGeneralDeviceConfiguration')", false],
    ["not isof('microsoft.graph.iosGeneralDeviceConfiguration')", true],
    ['true', true],
    ['false or true', true],
    ['version eq 1 or version eq 7 and passwordRequired', true],
    ['(version eq 7 or version eq 1) and not passwordRequired', false],
    ['((((version eq 7))))', true],
    ['version EQ 7 AND NOT (version EQ 8)', true],
  ])('%s is %s', (text, expected) => {
    expect(matches(parseFilter(scope(macOS), text), mac)).toBe(expected);
  });
});

test('a cast reaches the properties of a derived type, and is null elsewhere', () => {
  const filter = parseFilter(
    scope('microsoft.graph.deviceConfiguration'),
    `${macOS}/passwordRequired eq true`,
  );
  expect(matches(filter, mac)).toBe(true);
  expect(matches(filter, { ...mac, type: 'microsoft.graph.other' })).toBe(false);
});

test('a cast inside follows the type of the value', () => {
  const target = (type: string, groupId: string) => ({ '@odata.type': `#microsoft.graph.${type}`, groupId });
  const filter = parseFilter(
    scope(assignment),
    "target/microsoft.graph.groupAssignmentTarget/groupId eq 'g'",
  );
  const subject = (value: unknown): Subject => ({ type: assignment, values: { target: value } });
  expect(matches(filter, subject(target('groupAssignmentTarget', 'g')))).toBe(true);
  expect(matches(filter, subject(target('exclusionGroupAssignmentTarget', 'g')))).toBe(true);
  expect(matches(filter, subject({ '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' }))).toBe(
    false,
  );
  expect(matches(filter, subject(null))).toBe(false);
  const isof = parseFilter(
    scope(assignment),
    "isof(target,'microsoft.graph.exclusionGroupAssignmentTarget')",
  );
  expect(matches(isof, subject(target('exclusionGroupAssignmentTarget', 'g')))).toBe(true);
  expect(matches(isof, subject(target('groupAssignmentTarget', 'g')))).toBe(false);
});

test('the tree is what a query can be made of', () => {
  expect(
    parseFilter(
      scope(partner),
      "partnerState ne 'UNKNOWN' and 2026-01-01T00:00:00+01:00 le lastHeartbeatDateTime",
    ),
  ).toEqual({
    kind: 'and',
    operands: [
      {
        kind: 'compare',
        path: {
          steps: [
            {
              kind: 'property',
              name: 'partnerState',
              type: 'microsoft.graph.deviceManagementPartnerTenantState',
            },
          ],
          type: 'microsoft.graph.deviceManagementPartnerTenantState',
        },
        operator: 'ne',
        value: 'unknown',
      },
      {
        kind: 'compare',
        path: {
          steps: [{ kind: 'property', name: 'lastHeartbeatDateTime', type: 'Edm.DateTimeOffset' }],
          type: 'Edm.DateTimeOffset',
        },
        operator: 'ge',
        value: '2025-12-31T23:00:00.0000000Z',
      },
    ],
  });
});

describe('what is refused', () => {
  test.each([
    ['', "'$filter' expects a property, a function or a value, not the end."],
    [
      'color eq 1',
      "Could not find a property named 'color' on type 'microsoft.graph.macOSGeneralDeviceConfiguration'.",
    ],
    ['Version eq 1', "Did you mean 'version'?"],
    ['version', "'$filter' expects a comparison such as eq, not the end."],
    ['version eq', 'expects a constant'],
    [
      'version eq version',
      "expects a constant: a property is compared with a string, number, date, true, false or null, not 'version' at character 12.",
    ],
    ['version eq 7 8', "expects 'and', 'or' or the end, not '8' at character 14."],
    ['version eq 7)', "expects 'and', 'or' or the end, not ')' at character 13."],
    ['(version eq 7', "expects ')', not the end."],
    ['version has 7', 'expects a comparison such as eq'],
    ['version add 1 eq 7', 'expects a comparison such as eq'],
    ['version eq 7 and', 'expects a property, a function or a value, not the end.'],
    ['not', 'expects a property'],
    ['version in ()', 'expects a constant'],
    ['version in 7', "expects '('"],
    ['version in (7', "expects ')'"],
    [
      "version eq '7'",
      "A property of type 'Edm.Int32' cannot be compared with '7' at character 12. Write it as 5.",
    ],
    [
      'displayName eq 7',
      "A property of type 'Edm.String' cannot be compared with '7' at character 16. Write it as 'text'.",
    ],
    ["createdDateTime gt '2026-01-01T00:00:00Z'", 'Write it as 2026-01-31T08:30:00Z, without quotes.'],
    ['createdDateTime gt 2026-02-30T00:00:00Z', "'Edm.DateTimeOffset' cannot be compared"],
    ['passwordRequired gt true', "The operator 'gt' is not defined for the type 'Edm.Boolean'"],
    ['version gt null', "The operator 'gt' cannot compare with null"],
    [
      "passwordRequiredType eq 'strong'",
      "'strong' is not a member of 'microsoft.graph.requiredPasswordType'. Possible values are: 'deviceDefault', 'alphanumeric', 'numeric'.",
    ],
    ["passwordRequiredType eq 'numeric,alphanumeric'", 'is not a member'],
    ["passwordRequiredType eq microsoft.graph.appListType'none'", 'cannot be compared'],
    ["passwordRequiredType gt 'numeric'", "The operator 'gt' is not defined"],
    ["emailInDomainSuffixes eq 'x'", 'is a collection'],
    [
      "compliantAppsList/any(a:a/name eq 'x')",
      "The function 'compliantAppsList/any' is not supported in '$filter'",
    ],
    ["assignments/id eq 'x'", "The property 'assignments' of"],
    ["displayName/length eq 'x'", "Could not find a property named 'length' on type 'Edm.String'."],
    ["deviceManagementApplicabilityRuleOsVersion eq 'x'", 'cannot be compared'],
    ['deviceManagementApplicabilityRuleOsVersion gt 1', "The operator 'gt' is not defined"],
    [
      "tolower(displayName) eq 'x'",
      "The function 'tolower' is not supported in '$filter'. Supported are: startswith, endswith, contains, isof.",
    ],
    ["startswith(version,'1')", "'startswith' takes a property of type 'Edm.String', not 'Edm.Int32'."],
    ['startswith(displayName,1)', "expects a string in quotes, not '1'"],
    ["startswith('x',displayName)", 'expects a property'],
    [
      "isof('microsoft.graph.nothing')",
      "A type named 'microsoft.graph.nothing' could not be resolved by the model.",
    ],
    ['microsoft.graph.group/displayName eq null', "The type 'microsoft.graph.group' is not derived from"],
    [`${macOS} eq null`, 'needs a property after the type'],
    ['null', 'expects a comparison such as eq'],
    ["displayName eq 'x", "cannot be read at character 16: ''x'."],
    ['version eq 7 & true', 'cannot be read at character 14'],
    ['version eq 2026-01-01', "expects 'and', 'or' or the end"],
  ])('%s', (text, message) => {
    expect(() => parseFilter(scope(macOS), text)).toThrow(message);
    expect(() => parseFilter(scope(macOS), text)).toThrow(Fault);
  });

  test('a property of beta in v1.0, and of a derived type without a cast', () => {
    expect(() => parseFilter(scope(macOS, models['v1.0']), 'cameraBlocked eq true')).toThrow(
      'It exists in beta only.',
    );
    expect(() =>
      parseFilter(scope('microsoft.graph.deviceConfiguration'), 'passwordRequired eq true'),
    ).toThrow(`Write '${macOS}/passwordRequired' for the property of that type.`);
  });

  test('the certificate itself', () => {
    const certificate = scope('microsoft.graph.applePushNotificationCertificate');
    expect(() => parseFilter(certificate, "startswith(certificate,'-')")).toThrow(
      "cannot be used in '$filter'",
    );
  });

  test('what is too deep or too long', () => {
    expect(() => parseFilter(scope(macOS), `${'('.repeat(3000)}true${')'.repeat(3000)}`)).toThrow(
      'nested deeper than 50 levels',
    );
    expect(() => parseFilter(scope(macOS), `${'not '.repeat(1500)}true`)).toThrow(
      'nested deeper than 50 levels',
    );
    expect(() => parseFilter(scope(macOS), `version eq ${'1'.repeat(8000)}`)).toThrow(
      'longer than 8000 characters',
    );
  });

  test('many operands are no depth', () => {
    const filter = parseFilter(scope(macOS), Array.from({ length: 400 }, () => 'version eq 7').join(' and '));
    expect(matches(filter, mac)).toBe(true);
  });
});

test('nothing but a filter or a fault comes of any text', () => {
  const marks = [
    '(',
    ')',
    ',',
    '/',
    ':',
    "'",
    "''",
    ' ',
    'and',
    'or',
    'not',
    'eq',
    'in',
    'null',
    'true',
    '7',
    '-1.5e3',
  ];
  const names = ['version', 'displayName', 'createdDateTime', 'target', macOS, 'startswith(', 'isof(', '$it'];
  const values = ['2026-01-01T00:00:00Z', "'x'", 'c4c8f047-f047-c4c8-47f0-c8c447f0c8c4'];
  const token = fc.constantFrom(...marks, ...names, ...values);
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(token, { maxLength: 12 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(text, fc.constantFrom(macOS, partner, assignment), (text, type) => {
      try {
        expect(typeof matches(parseFilter(scope(type), text), mac)).toBe('boolean');
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
      try {
        comparator(parseOrderBy(scope(type), text))(mac, mac);
      } catch (error) {
        expect(error).toBeInstanceOf(Fault);
      }
    }),
    { numRuns: 2000 },
  );
});

test('comparisons agree with what they mean', () => {
  const operator = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le');
  const number = fc.integer({ min: -3, max: 3 });
  const meaning = {
    eq: (a: number, b: number) => a === b,
    ne: (a: number, b: number) => a !== b,
    gt: (a: number, b: number) => a > b,
    ge: (a: number, b: number) => a >= b,
    lt: (a: number, b: number) => a < b,
    le: (a: number, b: number) => a <= b,
  };
  fc.assert(
    fc.property(number, number, operator, fc.boolean(), (stored, asked, operator, isLeft) => {
      const text = isLeft ? `version ${operator} ${asked}` : `${asked} ${operator} version`;
      const found = matches(parseFilter(scope(macOS), text), { type: macOS, values: { version: stored } });
      expect(found).toBe(isLeft ? meaning[operator](stored, asked) : meaning[operator](asked, stored));
    }),
  );
});

describe('order', () => {
  const order = (text: string, ...rows: Record<string, unknown>[]) =>
    rows
      .map((values): Subject => ({ type: macOS, values }))
      .toSorted(comparator(parseOrderBy(scope(macOS), text)))
      .map(({ values }) => values['id']);

  test('by several keys, null first', () => {
    const rows = [
      { id: 1, displayName: 'b', version: 1 },
      { id: 2, displayName: 'A', version: 1 },
      { id: 3, displayName: 'a', version: 2 },
      { id: 4, displayName: null, version: 3 },
    ];
    expect(order('displayName,version desc', ...rows)).toEqual([4, 3, 2, 1]);
    expect(order('displayName desc, version asc', ...rows)).toEqual([1, 2, 3, 4]);
  });

  test('by a date and by a property inside', () => {
    const rule = (minOSVersion: string) => ({ deviceManagementApplicabilityRuleOsVersion: { minOSVersion } });
    expect(
      order(
        'lastModifiedDateTime desc',
        { id: 1, lastModifiedDateTime: '2026-01-01T00:00:00Z' },
        { id: 2, lastModifiedDateTime: '2026-01-01T00:00:00.0000001Z' },
      ),
    ).toEqual([2, 1]);
    expect(
      order(
        'deviceManagementApplicabilityRuleOsVersion/minOSVersion',
        { id: 1, ...rule('11') },
        { id: 2, ...rule('10') },
      ),
    ).toEqual([2, 1]);
  });

  test.each([
    '',
    ',',
    'displayName,',
    'displayName up',
    'displayName desc asc',
    'nothing',
    'emailInDomainSuffixes',
    'deviceManagementApplicabilityRuleOsVersion',
    '7',
  ])('%j is refused', (text) => {
    expect(() => parseOrderBy({ ...scope(macOS), option: '$orderby' }, text)).toThrow(Fault);
  });
});
