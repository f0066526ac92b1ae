import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { JsonParseNodeFactory, JsonSerializationWriterFactory } from '@microsoft/kiota-serialization-json';
import type { ModelSerializerFunction, Parsable, ParsableFactory } from '@microsoft/kiota-abstractions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { macOSGeneralExample, partnerExample } from '../../src/api/graph/fixtures/documented-examples.ts';
import { sampleValue, writable } from '../../src/api/graph/fixtures/sample-values.ts';
import { models, typeOf } from '../../src/api/graph/model/model.ts';
import { addGroupMembers, createDevice } from '../../src/devices/index.ts';
import { createGroup, createUser } from '../../src/directory/index.ts';
import { deviceConfigurations } from '../../src/policies/index.ts';
import { makeApplePushCa } from '../support/apple-push-ca.ts';
import {
  configurationWithStatuses,
  statusCollections,
  statusOverviews,
} from '../support/configuration-with-statuses.ts';
import { enrolAppleDevice } from '../support/enrolled-apple-device.ts';
import { testServer, type TestServer } from '../support/server.ts';

/**
 * Microsoft's own typed models as a judge: whatever the server answers, they read it all, and nothing is left over that they do not
 * know. Kiota's TypeScript reader has two habits of its own: a complex value that is null is an object without anything, and a flags
 * enum, whose members Graph writes with commas between them, is read from an array alone, so it is left out here.
 */
interface Library {
  readonly models: Readonly<Record<string, ParsableFactory<Parsable> & ModelSerializerFunction<Parsable>>>;
  readonly errors: Readonly<Record<string, ParsableFactory<Parsable>>>;
}

// Resolved here and imported by path, because the types of these packages are larger than everything else that the compiler reads.
const require = createRequire(import.meta.url);
const paths = {
  'v1.0': [
    require.resolve('@microsoft/msgraph-sdk/models/index.js'),
    require.resolve('@microsoft/msgraph-sdk/models/oDataErrors/index.js'),
  ],
  beta: [
    require.resolve('@microsoft/msgraph-beta-sdk/models/index.js'),
    require.resolve('@microsoft/msgraph-beta-sdk/models/oDataErrors/index.js'),
  ],
} as const;

const versions = ['v1.0', 'beta'] as const;
const libraries = new Map<string, Library>();
let server: TestServer;
beforeAll(async () => {
  server = await testServer();
  for (const version of versions) {
    const [all, errors] = await Promise.all(
      paths[version].map(async (path): Promise<unknown> => import(pathToFileURL(path).href)),
    );
    libraries.set(version, { models: all as Library['models'], errors: errors as Library['errors'] });
  }
});
afterAll(() => server[Symbol.asyncDispose]());

function parse(factory: ParsableFactory<Parsable> | undefined, text: string): Parsable {
  expect(factory).toBeTypeOf('function');
  const node = new JsonParseNodeFactory().getRootParseNode(
    'application/json',
    new TextEncoder().encode(text).buffer,
  );
  return node.getObjectValue(factory!);
}

function serialize(serializer: ModelSerializerFunction<Parsable>, value: Parsable): unknown {
  const writer = new JsonSerializationWriterFactory().getSerializationWriter('application/json');
  writer.writeObjectValue(undefined, value, serializer);
  return JSON.parse(new TextDecoder().decode(writer.getSerializedContent()));
}

const wireNames: Readonly<Record<string, string>> = {
  odataType: '@odata.type',
  odataNextLink: '@odata.nextLink',
  odataCount: '@odata.count',
  errorEscaped: 'error',
  requestId: 'request-id',
  clientRequestId: 'client-request-id',
};

/** A model's object as JSON, without what it does not know; that goes to `unknown`. */
function wireForm(value: unknown, unknown: string[]): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof ArrayBuffer) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map((item) => wireForm(item, unknown));
  if (typeof value !== 'object' || value === null) return value ?? null;
  const { additionalData, ...known } = value as { additionalData?: object } & Record<string, unknown>;
  unknown.push(...Object.keys(additionalData ?? {}));
  if (Object.keys(known).length === 0) return null;
  return Object.fromEntries(
    Object.entries(known).map(([name, inner]) => [wireNames[name] ?? name, wireForm(inner, unknown)]),
  );
}

/** JSON as the models can hold it: a `Date` has milliseconds. */
function withMilliseconds(json: unknown): unknown {
  return JSON.parse(
    JSON.stringify(json, (_name, value: unknown) =>
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z?$/.test(value)
        ? new Date(value.endsWith('Z') ? value : `${value}Z`).toISOString()
        : value,
    ),
  );
}

/** Reads an answer with the model of that name: nothing may be lost, and only annotations may be left over. */
function expectReadWhole(version: string, name: string, text: string): Parsable {
  const read = parse(libraries.get(version)!.models[`create${name}FromDiscriminatorValue`], text);
  const unknown: string[] = [];
  const shown = wireForm(read, unknown);
  const { '@odata.context': _context, ...answered } = withMilliseconds(JSON.parse(text)) as Record<
    string,
    unknown
  >;
  expect(shown).toEqual(answered);
  expect(unknown).toEqual(['@odata.context']);
  return read;
}

const macType = 'microsoft.graph.macOSGeneralDeviceConfiguration';

function allProperties(version: 'v1.0' | 'beta', type: string): object {
  const model = models[version];
  const properties = writable(typeOf(model, type)).filter(({ name }) => name !== 'updateDelayPolicy');
  return Object.fromEntries(properties.map((property) => [property.name, sampleValue(model, property, 3)]));
}

describe.each(versions)('the models of %s read', (version) => {
  const root = `/${version}/deviceManagement`;
  const create = async (path: string, body: object) => {
    const answer = await server.send({ method: 'POST', url: `${root}/${path}`, body });
    expect(answer.status, answer.text).toBe(201);
    return answer;
  };

  test('every device configuration', async () => {
    const whole = deviceConfigurations.kinds.map((kind) => {
      const type = { '@odata.type': `#microsoft.graph.${kind}` };
      return Object.assign(type, allProperties(version, `microsoft.graph.${kind}`));
    });
    for (const properties of [{ '@odata.type': `#${macType}` }, macOSGeneralExample.request, ...whole]) {
      const body = { displayName: 'x', ...properties };
      const created = await create('deviceConfigurations', body);
      const { updateDelayPolicy: _, ...json } = created.json;
      const read = expectReadWhole(version, 'DeviceConfiguration', withoutFlags(created.text));
      expect(wireForm(read, [])).toMatchObject({
        displayName: json.displayName,
        '@odata.type': properties['@odata.type'],
      });
    }
    const list = await server.send({ url: `${root}/deviceConfigurations?$count=true&$top=1` });
    expect(list.json).toMatchObject({
      '@odata.count': expect.any(Number),
      '@odata.nextLink': expect.any(String),
    });
    expectReadWhole(version, 'DeviceConfigurationCollectionResponse', withoutFlags(list.text));
  });

  test('every compliance partner', async () => {
    const assignments = { iosEnrollmentAssignments: allTargets(version), macOsEnrollmentAssignments: [] };
    for (const properties of [{}, partnerExample.request, assignments]) {
      const created = await create('complianceManagementPartners', properties);
      expectReadWhole(version, 'ComplianceManagementPartner', created.text);
    }
    const list = await server.send({ url: `${root}/complianceManagementPartners?$count=true&$top=2` });
    expect(list.json.value).toHaveLength(2);
    expectReadWhole(version, 'ComplianceManagementPartnerCollectionResponse', list.text);
  });

  test('the push certificate, the singleton and groups', async () => {
    const url = `${root}/applePushNotificationCertificate`;
    const request = await server.send({
      url: `${url}/downloadApplePushNotificationCertificateSigningRequest`,
    });
    const certificate = makeApplePushCa().issue(request.json.value);
    const body = { appleIdentifier: 'it@example.com', certificate };
    expectReadWhole(
      version,
      'ApplePushNotificationCertificate',
      (await server.send({ method: 'PATCH', url, body })).text,
    );
    expectReadWhole(version, 'DeviceManagement', (await server.send({ url: root })).text);
    const group = { displayName: 'g', mailNickname: 'g', mailEnabled: false, securityEnabled: true };
    const created = await server.send({ method: 'POST', url: `/${version}/groups`, body: group });
    expectReadWhole(version, 'Group', created.text);
    expectReadWhole(
      version,
      'GroupCollectionResponse',
      (await server.send({ url: `/${version}/groups` })).text,
    );
  });

  test('how far a device configuration is', async () => {
    const { id, get } = await configurationWithStatuses(server, version);
    for (const { name, type } of statusCollections) {
      const list = await get(`${name}?$count=true&$top=1`);
      expect(list.json).toMatchObject({ '@odata.count': 2, '@odata.nextLink': expect.any(String) });
      expectReadWhole(version, `${type}CollectionResponse`, list.text);
      expectReadWhole(version, type, (await get(`${name}/${list.json.value[0].id}`)).text);
    }
    for (const { name, type } of statusOverviews) {
      const read = expectReadWhole(version, type, (await get(name)).text);
      expect(wireForm(read, [])).toMatchObject({ id, successCount: 1, pendingCount: 1 });
    }
  });

  test('managed devices, and what became of what was done to them', async () => {
    const tenant = await server.addTenant(`devices-${version.replace('.', '-')}`);
    const { token } = tenant;
    const told = { name: 'Mac', os: 'macOS', serialNumber: 'C02', details: { totalStorage: 2 ** 40 } };
    const { id } = await enrolAppleDevice(server, tenant, { told });
    await server.change(tenant, (context) => createDevice(context, { platform: 'windows' }));
    for (const action of ['remoteLock', 'wipe', 'rebootNow', 'retire']) {
      const url = `${root}/managedDevices/${id}/${action}`;
      expect((await server.send({ method: 'POST', url, token })).status).toBe(204);
    }
    const list = await server.send({ url: `${root}/managedDevices?$count=true&$top=1`, token });
    expect(list.json).toMatchObject({ '@odata.count': 2, '@odata.nextLink': expect.any(String) });
    expectReadWhole(version, 'ManagedDeviceCollectionResponse', list.text);
    const one = await server.send({ url: `${root}/managedDevices/${id}`, token });
    expect(wireForm(expectReadWhole(version, 'ManagedDevice', one.text), [])).toMatchObject({
      totalStorageSpaceInBytes: 2 ** 40,
      deviceActionResults: [
        { actionName: 'remoteLock', unlockPin: expect.stringMatching(/^[0-9]{6}$/) },
        { actionName: 'wipe', unlockPin: expect.stringMatching(/^[0-9]{6}$/) },
        { actionName: 'rebootNow' },
        { actionName: 'retire' },
      ],
    });
    if (version === 'v1.0') return;
    const hardware = await server.send({
      url: `${root}/managedDevices/${id}?$select=hardwareInformation`,
      token,
    });
    const read = expectReadWhole(version, 'ManagedDevice', hardware.text);
    expect(wireForm(read, [])).toMatchObject({ hardwareInformation: { serialNumber: 'C02' } });
  });

  test('the members of a group, each as what it is', async () => {
    const group = await server.change(server.tenant, async (context) => {
      const { id } = await createGroup(context, { displayName: 'g', mailNickname: 'g' });
      const user = await createUser(context, { email: `${version}@example.com`, name: 'Ada' });
      const device = await createDevice(context, { platform: 'windows', summary: { os: 'Windows' } });
      await addGroupMembers(context, id, [user.id, device.id]);
      return id;
    });
    const answer = await server.send({ url: `/${version}/groups/${group}/members?$count=true&$top=2` });
    const read = expectReadWhole(version, 'DirectoryObjectCollectionResponse', answer.text);
    expect(wireForm(read, [])).toMatchObject({
      value: [{ userPrincipalName: `${version}@example.com` }, { operatingSystem: 'Windows' }],
    });
  });

  test('every error', async () => {
    for (const request of [
      { url: `${root}/complianceManagementPartners/0` },
      { url: `${root}/complianceManagementPartners`, token: null },
      { url: `${root}/complianceManagementPartners?$search=x` },
      { method: 'POST', url: `${root}/deviceConfigurations`, body: { color: 'red', displayName: 5 } },
      { method: 'PUT', url: `${root}/deviceConfigurations`, body: {} },
      { url: `/${version}/groups/0` },
    ] as const) {
      const answer = await server.send(request);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      const read = parse(
        libraries.get(version)!.errors['createODataErrorFromDiscriminatorValue'],
        answer.text,
      );
      const unknown: string[] = [];
      const { message, ...shown } = wireForm(read, unknown) as { message: string };
      expect(shown).toEqual(withMilliseconds(answer.json));
      expect(message).toBe(answer.json.error.message);
      expect(unknown).toEqual([]);
    }
  });

  test('and what they write is taken back unchanged', async () => {
    const created = await create('deviceConfigurations', {
      ...allProperties(version, macType),
      '@odata.type': `#${macType}`,
    });
    const read = expectReadWhole(version, 'DeviceConfiguration', withoutFlags(created.text));
    // Kiota writes a flags enum that it could not read as an empty text, which is none of its members.
    const written = serialize(
      libraries.get(version)!.models['serializeMacOSGeneralDeviceConfiguration']!,
      read,
    ) as object;
    const { updateDelayPolicy: _, ...body } = written as Record<string, unknown>;
    const url = `${root}/deviceConfigurations/${created.json.id}`;
    const headers = { prefer: 'return=representation' };
    const patched = await server.send({ method: 'PATCH', url, body, headers });
    expect([patched.status, patched.json]).toEqual([200, created.json]);
  });
});

function withoutFlags(text: string): string {
  return JSON.stringify(
    JSON.parse(text, (name, value: unknown) => (name === 'updateDelayPolicy' ? [] : value)),
  );
}

function allTargets(version: 'v1.0' | 'beta'): object[] {
  const model = models[version];
  const target = typeOf(model, 'microsoft.graph.deviceAndAppManagementAssignmentTarget');
  const names = target.family.filter((name) => !typeOf(model, name).abstract && !name.includes('android'));
  expect(names).toHaveLength(5);
  return names.map((name) => {
    const values = writable(typeOf(model, name)).map((property) => [
      property.name,
      sampleValue(model, property),
    ]);
    return { target: { '@odata.type': `#${name}`, ...Object.fromEntries(values) } };
  });
}
