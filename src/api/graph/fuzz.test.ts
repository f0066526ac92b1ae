import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { deviceConfigurations } from '../../policies/index.ts';
import { sampleValue, writable } from './fixtures/sample-values.ts';
import { models, typeOf } from './model/model.ts';
import { graphRoutes } from './resources/index.ts';

let server: TestServer;
const ids: string[] = ['00000000-0000-8000-8000-000000000000'];
const configurations = deviceConfigurations.kinds.map((kind) => `microsoft.graph.${kind}`);
const types = [
  ...configurations,
  'microsoft.graph.complianceManagementPartner',
  'microsoft.graph.applePushNotificationCertificate',
  'microsoft.graph.group',
];

beforeAll(async () => {
  server = await testServer();
  const macs = { '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration', displayName: 'x' };
  for (const [path, body] of [
    ['deviceManagement/deviceConfigurations', macs],
    ['deviceManagement/complianceManagementPartners', {}],
  ] as const) {
    ids.push((await server.send({ method: 'POST', url: `/beta/${path}`, body })).json.id);
  }
});
afterAll(() => server[Symbol.asyncDispose]());

const json = fc.jsonValue({ maxDepth: 3 });
const text = fc.oneof(
  fc.constantFrom(
    '',
    "'",
    "''",
    '%',
    '%2',
    '%2f',
    '(',
    ')',
    '$',
    '#',
    '🙂',
    '\u00e4',
    'null',
    '0',
    ' ',
    'NaN',
  ),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

const segment = fc.oneof(
  fc.constantFrom(...new Set(graphRoutes.flatMap(({ template }) => template.split('/')))),
  fc.constantFrom(
    "('x')",
    '$ref',
    '$value',
    '$count',
    'microsoft.graph.group',
    `microsoft.graph.${'x'.repeat(70)}`,
  ),
  fc.integer({ min: 0, max: 2 }).map((at) => `{${at}}`),
  text.map((part) => encodeURIComponent(part.toWellFormed())),
  text.map((part) => part.replaceAll(/[^!-~]/g, '')),
);

const path = fc.oneof(
  fc.constantFrom(...graphRoutes.map(({ template }) => template)),
  fc
    .tuple(fc.constantFrom(...graphRoutes.map(({ template }) => template)), segment)
    .map((parts) => parts.join('/')),
  fc.array(segment, { maxLength: 5 }).map((segments) => segments.join('/')),
);

const words = [
  'displayName',
  'id',
  'eq',
  'ne',
  'and',
  'or',
  'not',
  'in',
  "'a'",
  '(',
  ')',
  ',',
  '/',
  'null',
  '5',
  '1e9',
];
const expression = fc.oneof(
  fc
    .array(fc.constantFrom(...words, 'isof', 'contains', 'partnerState', 'desc', '2026-01-01T00:00:00Z'), {
      maxLength: 12,
    })
    .map((parts) => parts.join(' ')),
  text,
);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        '$filter',
        '$orderby',
        '$select',
        '$top',
        '$skip',
        '$count',
        '$expand',
        '$skiptoken',
        '$format',
        'x',
      ),
      expression,
    ),
    { maxLength: 3 },
  )
  .map((pairs) =>
    new URLSearchParams(
      pairs.map(([name, value]) => [name, value.toWellFormed()] as [string, string]),
    ).toString(),
  );

/** A body of the type: some of its properties with values they take, and up to two with anything. */
function entityOf(name: string): fc.Arbitrary<object> {
  const model = models.beta;
  const properties = writable(typeOf(model, name));
  const right = fc
    .subarray(properties)
    .chain((chosen) =>
      fc
        .nat(3)
        .map((seed) =>
          Object.fromEntries(chosen.map((property) => [property.name, sampleValue(model, property, seed)])),
        ),
    );
  const anything = fc.dictionary(fc.constantFrom(...properties.map((property) => property.name)), json, {
    maxKeys: 2,
  });
  return fc
    .tuple(right, fc.oneof(fc.constant({}), anything))
    .map(([values, wrong]) => Object.assign({ '@odata.type': `#${name}` }, values, wrong));
}
const body = fc.oneof(
  fc.constant(undefined),
  fc
    .constantFrom(...types)
    .chain(entityOf)
    .map((value) => JSON.stringify(value)),
  json.map((value) => JSON.stringify(value)),
  text,
);

const headers = fc.record(
  {
    prefer: fc.constantFrom('return=minimal', 'return=representation', 'odata.maxpagesize=1', ',;=', 'x'),
    'if-match': fc.constantFrom('*', 'W/"1"', '"', 'W/"99999999999999999999"', ''),
    accept: fc.constantFrom(
      '*/*',
      'application/json;odata.metadata=full',
      'application/json;odata.metadata=none',
      'text/html',
    ),
    'client-request-id': fc.constantFrom('x', '4f0c2a4e-35a1-4b8e-9c1d-8f2e7a6b5c4d'),
  },
  { requiredKeys: [] },
);

test('no request makes a 500, and every refusal is in the envelope', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'),
      fc.constantFrom('v1.0', 'beta'),
      path,
      query,
      body,
      headers,
      async (method, version, template, search, payload, sent) => {
        const filled = template
          .replaceAll('{id}', ids.at(-1)!)
          .replaceAll(/\{(\d)\}/g, (_, at: string) => ids[Number(at)]!);
        const answer = await server.send({
          method,
          url: `/${version}/${filled}?${search}`,
          headers: sent,
          ...(payload !== undefined && { body: payload }),
        });
        expect(answer.status, answer.text).toBeLessThan(500);
        if (answer.status < 400 || method === 'HEAD') return;
        // A path that is no URL is refused before anybody knows whose it is.
        if (answer.json?.error === undefined) expect(answer.json).toMatchObject({ status: 400 });
        else
          expect(answer.json.error).toMatchObject({
            code: expect.any(String),
            message: expect.any(String),
            innerError: {},
          });
      },
    ),
    { numRuns: 1_500 },
  );
  expect(server.logged()).not.toContain('unexpected error');
});

test('whatever a body holds, it is stored as it reads back or nothing is', { timeout: 120_000 }, async () => {
  const collections = [
    ...configurations.map((name) => ['deviceManagement/deviceConfigurations', name] as const),
    ['deviceManagement/complianceManagementPartners', 'microsoft.graph.complianceManagementPartner'],
  ] as const;
  const cases = fc
    .constantFrom(...collections)
    .chain(([path, name]) => fc.tuple(fc.constant(path), entityOf(name)));
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(cases, async ([path, values]) => {
      const url = `/beta/${path}`;
      const created = await server.send({ method: 'POST', url, body: { displayName: 'x', ...values } });
      expect([201, 400], created.text).toContain(created.status);
      if (created.status === 400) return;
      accepted++;
      const read = await server.send({ url: `${url}/${created.json.id}` });
      expect(read.json).toEqual(created.json);
      const headers = { prefer: 'return=representation' };
      const patched = await server.send({
        method: 'PATCH',
        url: `${url}/${created.json.id}`,
        body: read.json,
        headers,
      });
      expect([patched.status, patched.json]).toEqual([200, created.json]);
    }),
    { numRuns: 300 },
  );
  expect(accepted).toBeGreaterThan(50);
});
