import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrolAppleDevice } from '../../../../test/support/enrolled-apple-device.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { createDevice } from '../../../devices/index.ts';
import { models } from '../model/model.ts';
import { comparator, matches } from '../query/evaluate.ts';
import { parseFilter } from '../query/filter.ts';
import { parseOrderBy } from '../query/order-by.ts';
import { managedDeviceType as type } from './managed-device-query.ts';

type Shown = Readonly<Record<string, unknown>>;

const url = '/beta/deviceManagement/managedDevices';
let server: TestServer;
let shown: readonly Shown[];
beforeAll(async () => {
  server = await testServer();
  const { tenant } = server;
  await enrolAppleDevice(server, tenant, {
    told: {
      name: 'Mac 1',
      os: 'macOS',
      supervised: true,
      serialNumber: 'ABC',
      details: { totalStorage: 1000 },
    },
  });
  await enrolAppleDevice(server, tenant, { kind: 'userEnrollment', told: { name: 'mac 2', os: 'iOS' } });
  server.advance(1_500);
  await enrolAppleDevice(server, tenant, {
    told: { os: 'iPadOS', imei: '35', details: { encrypted: true, totalStorage: 5 } },
  });
  await server.change(tenant, async (context) => {
    const summary = { os: 'Windows', compliance: { compliant: true } };
    await createDevice(context, { platform: 'windows', summary, serialNumber: 'abd' });
    await createDevice(context, { platform: 'windows', displayName: 'It’s %_\\' });
  });
  shown = (await server.send({ url })).json.value;
  expect(shown).toHaveLength(5);
});
afterAll(() => server[Symbol.asyncDispose]());

const comparison = fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le');
const equality = fc.constantFrom('eq', 'ne');
const name = fc.constantFrom(
  'deviceName',
  'managedDeviceName',
  'serialNumber',
  'imei',
  'operatingSystem',
  'notes',
);
const text = fc.constantFrom(
  "'mac 1'",
  "'MAC'",
  "'ab'",
  "'abd'",
  "'35'",
  "'m'",
  "''",
  "'It’’s'",
  "'%'",
  "'_\\'",
);
const moment = fc.constantFrom('0001-01-01T00:00:00Z', '2026-03-01T12:00:00Z', '2026-03-01T14:00:01.5+02:00');
const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((words) => words.join(' '));
const oneTest = fc.oneof(
  joined(name, comparison, text),
  joined(name, equality, fc.constant('null')),
  joined(
    fc.constantFrom('totalStorageSpaceInBytes', 'skuNumber'),
    comparison,
    fc.constantFrom('0', '5', '5.5', '-1'),
  ),
  joined(
    fc.constantFrom('enrolledDateTime', 'lastSyncDateTime', 'easActivationDateTime'),
    comparison,
    moment,
  ),
  joined(
    fc.constantFrom('isSupervised', 'isEncrypted', 'azureADRegistered', 'bootstrapTokenEscrowed'),
    equality,
    fc.constantFrom('true', 'false'),
  ),
  fc.constantFrom('isSupervised', 'isEncrypted', 'azureADRegistered', 'true', 'false'),
  joined(fc.constant('complianceState'), equality, fc.constantFrom("'compliant'", "'unknown'", "'error'")),
  joined(fc.constant('deviceType'), equality, fc.constantFrom("'macMDM'", "'iPhone'", "'iPad'", "'desktop'")),
  joined(fc.constant('ownerType'), equality, fc.constantFrom("'company'", "'personal'", "'unknown'")),
  fc
    .tuple(fc.constantFrom('startswith', 'endswith', 'contains'), name, text)
    .map(([operation, property, value]) => `${operation}(${property},${value})`),
  fc.tuple(name, text, text).map(([property, one, other]) => `${property} in (${one},${other},null)`),
);
const filter: fc.Arbitrary<string> = fc.letrec((again) => ({
  whole: fc.oneof(
    { depthSize: 'small' },
    oneTest,
    fc
      .tuple(again('whole'), fc.constantFrom('and', 'or'), again('whole'))
      .map((parts) => `(${parts.join(' ')})`),
    again('whole').map((inner) => `not (${inner as string})`),
  ),
})).whole;
const sortKey = joined(
  fc.constantFrom(
    'deviceName',
    'imei',
    'totalStorageSpaceInBytes',
    'isSupervised',
    'enrolledDateTime',
    'deviceType',
    'azureADRegistered',
    'jailBroken',
  ),
  fc.constantFrom('asc', 'desc', ''),
);
const order = fc.array(sortKey, { minLength: 1, maxLength: 3 }).map((keys) => keys.join(','));

test('the database finds and sorts what Graph says of the devices that it shows', async () => {
  await fc.assert(
    fc.asyncProperty(filter, order, async (wanted, sorted) => {
      const scope = { model: models.beta, type };
      const parsed = parseFilter({ ...scope, option: '$filter' }, wanted);
      const compare = comparator(parseOrderBy({ ...scope, option: '$orderby' }, sorted));
      const expected = shown
        .map((values) => ({ type, values }))
        .filter((subject) => matches(parsed, subject))
        .toSorted(compare)
        .map(({ values }) => values['id']);
      const query = new URLSearchParams({ $filter: wanted, $orderby: sorted, $select: 'id' });
      const answer = await server.send({ url: `${url}?${query.toString()}` });
      expect(answer.status, answer.text).toBe(200);
      expect(answer.json.value.map(({ id }: Shown) => id)).toEqual(expected);
      expect(answer.json['@odata.count']).toBe(expected.length);
    }),
    { numRuns: 150 },
  );
});
