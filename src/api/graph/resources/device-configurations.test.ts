import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestAnswer, type TestServer } from '../../../../test/support/server.ts';
import { macOSGeneralExample as example } from '../fixtures/documented-examples.ts';
import { sampleValue, writable } from '../fixtures/sample-values.ts';
import { models, typeOf, type Property } from '../model/model.ts';
import { bothVersions } from '../route.ts';

const typeName = 'microsoft.graph.macOSGeneralDeviceConfiguration';
const type = { '@odata.type': `#${typeName}` };
const path = (version: string) => `/${version}/deviceManagement/deviceConfigurations`;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (version: string, id: string) => server.send({ url: `${path(version)}/${id}` });

async function create(version = 'v1.0', properties: object = {}): Promise<TestAnswer> {
  const body = { ...type, displayName: 'Macs', ...properties };
  const answer = await server.send({ method: 'POST', url: path(version), body });
  expect(answer.status, answer.text).toBe(201);
  return answer;
}

function patch(version: string, id: string, properties: object, headers: Record<string, string> = {}) {
  return server.send({
    method: 'PATCH',
    url: `${path(version)}/${id}`,
    body: { ...type, ...properties },
    headers,
  });
}

function expectRefused(answer: TestAnswer, target: string, sentence?: string): void {
  expect(answer.status, answer.text).toBe(400);
  const { details, message } = answer.json.error;
  expect(details[0]).toMatchObject({ target });
  expect(details[0].message).toContain(sentence ?? target);
  expect(JSON.parse(message).Message).toContain(details[0].message);
}

describe("the documentation's example", () => {
  const {
    '@odata.type': _,
    id: _id,
    lastModifiedDateTime,
    createdDateTime,
    version: _version,
    ...echoed
  } = example.answer;
  const withoutElementType = {
    ...echoed,
    compliantAppsList: [
      { name: 'Name value', publisher: 'Publisher value', appStoreUrl: '', appId: 'App Id value' },
    ],
  };

  test('v1.0 answers 200 with the documented object', async () => {
    const { json: created } = await create();
    server.advance(60_000);
    const answer = await server.send({
      method: 'PATCH',
      url: `${path('v1.0')}/${created.id}`,
      body: example.request,
    });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json)).toEqual(['@odata.context', ...Object.keys(example.answer)]);
    expect(answer.json).toEqual({
      '@odata.context': 'https://localhost:80/v1.0/$metadata#deviceManagement/deviceConfigurations/$entity',
      '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration',
      id: created.id,
      lastModifiedDateTime: wireNow(),
      createdDateTime: created.createdDateTime,
      ...withoutElementType,
      version: 2,
    });
    expect([lastModifiedDateTime, createdDateTime].every((date) => !Number.isNaN(Date.parse(date)))).toBe(
      true,
    );
    expect((await get('v1.0', created.id)).json).toEqual(answer.json);
  });

  test('beta answers 204, and the object has it all', async () => {
    const { json: created } = await create();
    const answer = await server.send({
      method: 'PATCH',
      url: `${path('beta')}/${created.id}`,
      body: example.request,
    });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await get('beta', created.id)).json).toMatchObject({ ...withoutElementType, version: 2 });
  });

  test('it can be created with the same body', async () => {
    const { json } = await create('beta', example.request);
    expect(json).toMatchObject({ ...withoutElementType, version: 1 });
  });
});

function wireNow(): string {
  return server.now().toISOString().replace('Z', '0000Z');
}

describe('creation', () => {
  test.each(bothVersions)('%s answers 201 with Location, ETag and equal dates', async (version) => {
    const { json, headers } = await create(version, {
      id: '00000000-0000-0000-0000-000000000000',
      version: 9,
    });
    expect(json).toMatchObject({ version: 1, createdDateTime: wireNow(), lastModifiedDateTime: wireNow() });
    expect(json.id).toMatch(guid);
    expect(headers).toMatchObject({
      location: `https://localhost:80${path(version)}('${json.id}')`,
      etag: 'W/"1"',
    });
    const followed = await server.send({
      url: String(headers['location']).replace('https://localhost:80', ''),
    });
    expect(followed.json).toEqual(json);
  });

  test('beta writes its keys in the order of the service', async () => {
    const { json } = await create('beta');
    expect(Object.keys(json)).toEqual([
      '@odata.context',
      '@odata.type',
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
      ...typeOf(models.beta, typeName).own,
    ]);
    expect(json).toMatchObject({
      roleScopeTagIds: ['0'],
      supportsScopeTags: true,
      deviceManagementApplicabilityRuleOsEdition: null,
      description: null,
      privacyAccessControls: [],
      touchIdTimeoutInHours: null,
      updateDelayPolicy: null,
    });
  });

  test('without @odata.type there is nothing to create', async () => {
    const answer = await server.send({ method: 'POST', url: path('v1.0'), body: { displayName: 'x' } });
    expectRefused(answer, '@odata.type', 'Cannot create an abstract class.');
    expect(answer.json.error.code).toBe('ModelValidationFailure');
  });

  test('a cast in the path names the type as well', async () => {
    const url = `${path('v1.0')}/${typeName}`;
    const created = await server.send({ method: 'POST', url, body: { displayName: 'x' } });
    expect(created.json).toMatchObject({ ...type, displayName: 'x' });
    const changed = await server.send({
      method: 'PATCH',
      url: `${path('v1.0')}/${created.json.id}/${typeName}`,
      body: { passwordRequired: true },
    });
    expect(changed.json).toMatchObject({ passwordRequired: true });
  });

  test.each([
    ['#microsoft.graph.deviceConfiguration', 'Cannot create an abstract class.'],
    ['#microsoft.graph.windows10CustomConfiguration', 'of Microsoft Graph is not served here'],
    ['#microsoft.graph.nothing', "A type named '#microsoft.graph.nothing' could not be resolved"],
    ['#microsoft.graph.group', "is not 'microsoft.graph.deviceConfiguration' or derived from it"],
    [7, "'@odata.type' must be a string"],
  ])('the type %j is refused', async (named, sentence) => {
    const body = { '@odata.type': named, displayName: 'x' };
    expectRefused(await server.send({ method: 'POST', url: path('v1.0'), body }), '@odata.type', sentence);
  });

  test('a name is needed, and one that is too long is refused', async () => {
    expectRefused(await server.send({ method: 'POST', url: path('v1.0'), body: type }), 'displayName');
    const { json } = await create('v1.0', { displayName: '😀'.repeat(256) });
    const random = Array.from({ length: 5_000 }, (_, at) =>
      String.fromCodePoint(0x4e00 + ((at * 7_919) % 20_000)),
    );
    const displayName = random.join('');
    expectRefused(await patch('v1.0', json.id, { displayName }), 'displayName', '256');
    const body = { ...type, displayName };
    expectRefused(await server.send({ method: 'POST', url: path('v1.0'), body }), 'displayName', '256');
  });
});

describe.each(bothVersions)('the properties of %s', (version) => {
  const model = models[version];
  const properties = writable(typeOf(model, typeName));
  const prefer = { prefer: 'return=representation' };

  test('each takes a valid value, which comes back, and counts one version', async () => {
    const { json: created } = await create(version);
    let expected = created;
    for (const property of properties) {
      const value = sampleValue(model, property);
      const answer = await patch(version, created.id, { [property.name]: value }, prefer);
      expect(answer.status, `${property.name}: ${answer.text}`).toBe(200);
      expected = { ...expected, [property.name]: value, version: expected.version + 1 };
      expect(answer.json).toEqual(expected);
    }
    expect(properties.length).toBe(version === 'v1.0' ? 14 : 66);
    expect((await get(version, created.id)).json).toEqual(expected);
  });

  test('all of them at once', async () => {
    const values = Object.fromEntries(
      properties.map((property) => [property.name, sampleValue(model, property, 1)]),
    );
    const { json: created } = await create(version, values);
    expect(created).toMatchObject(values);
    expect((await get(version, created.id)).json).toEqual(created);
  });

  test('the nullable ones take null, the others refuse it by name', async () => {
    const values = Object.fromEntries(
      properties.map((property) => [property.name, sampleValue(model, property)]),
    );
    const { json } = await create(version, values);
    for (const { name, nullable, collection } of properties) {
      const answer = await patch(version, json.id, { [name]: null }, prefer);
      if (nullable) expect(answer.json[name], name).toEqual(collection ? [] : null);
      else expectRefused(answer, name, 'must not be null');
    }
  });

  test('every enum takes its members alone', async () => {
    const { json } = await create(version);
    const enums = properties.filter((property) => model.enums.has(property.type));
    expect(enums.map(({ name }) => name)).toEqual(
      version === 'v1.0'
        ? ['compliantAppListType', 'passwordRequiredType']
        : ['compliantAppListType', 'passwordRequiredType', 'updateDelayPolicy'],
    );
    for (const { name, type: enumType } of enums) {
      for (const member of model.enums.get(enumType)!.members) {
        expect((await patch(version, json.id, { [name]: member.name }, prefer)).json[name]).toBe(member.name);
      }
      for (const wrong of ['sometimes', 'NONE', '', 0, true, ['none']]) {
        expectRefused(await patch(version, json.id, { [name]: wrong }), name);
      }
    }
  });

  const wrongOf = (property: Property): readonly unknown[] => {
    if (property.collection) return ['text', {}, 5, [null], [5]];
    if (property.type === 'Edm.Boolean') return ['true', 0, [], {}];
    if (property.type === 'Edm.String') return [5, true, [], {}];
    if (property.type !== 'Edm.Int32') return [5, true];
    const { min = -(2 ** 31), max = 2 ** 31 - 1 } = property;
    return [min - 1, max + 1, 1.5, '5', true, [], {}];
  };

  test('values of another type or out of range are refused by name, and nothing changes', async () => {
    const { json } = await create(version);
    for (const property of properties) {
      for (const wrong of wrongOf(property)) {
        const answer = await patch(version, json.id, { description: 'half', [property.name]: wrong });
        expect(answer.status, `${property.name} ${JSON.stringify(wrong)}`).toBe(400);
        expect(answer.json.error.details[0].target).toMatch(new RegExp(`^${property.name}(\\[|$)`));
        expect(answer.json.error.details[0].message).toContain(property.name);
      }
    }
    expect((await get(version, json.id)).json).toEqual(json);
  });

  test('both ends of every range are taken', async () => {
    const { json } = await create(version);
    const ranged = properties.filter(({ min, max }) => min !== undefined || max !== undefined);
    expect(ranged.length).toBe(version === 'v1.0' ? 1 : 7);
    for (const { name, min = 0, max = 0 } of ranged) {
      for (const value of [min, max]) {
        expect((await patch(version, json.id, { [name]: value }, prefer)).json[name]).toBe(value);
      }
    }
  });

  test('a list takes 10,000 elements and refuses 10,001', async () => {
    const { json } = await create(version);
    const apps = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `app ${at}` }));
    const full = await patch(version, json.id, { compliantAppsList: apps(10_000) }, prefer);
    expect(full.json.compliantAppsList).toHaveLength(10_000);
    expect(full.json.compliantAppsList[9_999]).toEqual({
      name: 'app 9999',
      publisher: null,
      appStoreUrl: null,
      appId: null,
    });
    const over = await patch(version, json.id, { compliantAppsList: apps(10_001) });
    expectRefused(over, 'compliantAppsList', 'it can contain a maximum of 10000');
  });

  test('what is inside a list is checked where it stands', async () => {
    const { json } = await create(version);
    const list = (item: object) => patch(version, json.id, { compliantAppsList: [{ name: 'fine' }, item] });
    expectRefused(await list({}), 'compliantAppsList[1].name', 'is required');
    expectRefused(await list({ name: 'x', color: 'red' }), 'compliantAppsList[1].color');
    expectRefused(await list({ name: 'x', appId: 5 }), 'compliantAppsList[1].appId');
    expectRefused(
      await list({ name: 'x', '@odata.type': '#microsoft.graph.group' }),
      'compliantAppsList[1].@odata.type',
      'microsoft.graph.appListItem',
    );
  });

  test('an unknown property is refused by name; annotations are ignored', async () => {
    const { json } = await create(version);
    expectRefused(
      await patch(version, json.id, { passwordLength: 5 }),
      'passwordLength',
      'does not exist on type',
    );
    const misspelt = await patch(version, json.id, { PasswordRequired: true });
    expectRefused(misspelt, 'PasswordRequired', "Did you mean 'passwordRequired'?");
    const annotated = { 'assignments@odata.context': 'https://x', '@odata.context': 'y', 'x@odata.count': 1 };
    expect((await patch(version, json.id, annotated, prefer)).json).toEqual(json);
  });

  test('navigation properties are written by their own paths', async () => {
    const { json } = await create(version);
    const answer = await patch(version, json.id, { assignments: [] });
    expectRefused(answer, 'assignments', "Cannot apply PATCH to navigation property 'assignments'");
  });

  test('a client may send back what it read', async () => {
    const { json } = await create(version, example.request);
    const answer = await patch(version, json.id, json, prefer);
    expect(answer.json).toEqual(json);
  });
});

describe('beta knows more than v1.0', () => {
  const own = [...typeOf(models['v1.0'], typeName).properties.keys()];
  const betaOnly = writable(typeOf(models.beta, typeName)).filter(({ name }) => !own.includes(name));

  test('v1.0 refuses each beta property and says where it is', async () => {
    expect(betaOnly.length).toBe(52);
    const { json } = await create();
    for (const property of betaOnly) {
      const answer = await patch('v1.0', json.id, { [property.name]: sampleValue(models.beta, property) });
      expectRefused(answer, property.name, 'It exists in beta only.');
    }
  });

  test('v1.0 does not show them, and a change there leaves them', async () => {
    const values = Object.fromEntries(
      betaOnly.map((property) => [property.name, sampleValue(models.beta, property)]),
    );
    const { json } = await create('beta', values);
    const changed = await patch('v1.0', json.id, { passwordRequired: true });
    expect(Object.keys(changed.json)).toEqual([
      '@odata.context',
      '@odata.type',
      ...own.filter((name) => name !== 'assignments'),
    ]);
    expect((await get('beta', json.id)).json).toMatchObject({
      ...values,
      passwordRequired: true,
      version: 2,
    });
  });
});

describe('updateDelayPolicy', () => {
  const change = async (value: unknown) => {
    const { json } = await create('beta');
    return patch('beta', json.id, { updateDelayPolicy: value }, { prefer: 'return=representation' });
  };

  test.each([
    ['delayAppUpdateVisibility,delayOSUpdateVisibility', 'delayOSUpdateVisibility,delayAppUpdateVisibility'],
    [
      ' delayMajorOsUpdateVisibility , delayOSUpdateVisibility',
      'delayOSUpdateVisibility,delayMajorOsUpdateVisibility',
    ],
    ['none', 'none'],
    ['none,delayOSUpdateVisibility', 'delayOSUpdateVisibility'],
    ['delayOSUpdateVisibility,delayOSUpdateVisibility', 'delayOSUpdateVisibility'],
  ])('%j is stored as %j', async (sent, stored) => {
    expect((await change(sent)).json.updateDelayPolicy).toBe(stored);
  });

  test.each(['', ',', 'delayOSUpdateVisibility,', 'delayOSUpdateVisibility;none', '1'])(
    '%j is refused',
    async (sent) => {
      expectRefused(await change(sent), 'updateDelayPolicy');
    },
  );
});

test('a complex property is merged, and cleared by null', async () => {
  const rule = 'deviceManagementApplicabilityRuleOsVersion';
  const { json } = await create('beta', {
    [rule]: { minOSVersion: '13', maxOSVersion: '15', ruleType: 'include' },
  });
  const prefer = { prefer: 'return=representation' };
  const merged = await patch('beta', json.id, { [rule]: { maxOSVersion: null } }, prefer);
  expect(merged.json[rule]).toEqual({
    maxOSVersion: null,
    minOSVersion: '13',
    name: null,
    ruleType: 'include',
  });
  expect((await patch('beta', json.id, { [rule]: null }, prefer)).json[rule]).toBeNull();
});

describe('changes', () => {
  test('Prefer decides over the version', async () => {
    const { json } = await create();
    for (const version of bothVersions) {
      const full = await patch(version, json.id, {}, { prefer: 'return=representation' });
      expect([full.status, full.json.id, full.headers['preference-applied']]).toEqual([
        200,
        json.id,
        'return=representation',
      ]);
      const minimal = await patch(version, json.id, {}, { prefer: 'respond-async, return=minimal' });
      expect([minimal.status, minimal.text, minimal.headers['preference-applied']]).toEqual([
        204,
        '',
        'return=minimal',
      ]);
    }
  });

  test('a change that changes nothing makes no version', async () => {
    const { json } = await create();
    server.advance(1_000);
    expect((await patch('v1.0', json.id, { displayName: json.displayName })).json).toEqual(json);
  });

  test('a change moves lastModifiedDateTime alone', async () => {
    const { json } = await create();
    server.advance(1_000);
    const changed = await patch('v1.0', json.id, { description: 'new' });
    expect(changed.json).toEqual({
      ...json,
      description: 'new',
      version: 2,
      lastModifiedDateTime: wireNow(),
    });
    expect(changed.headers['etag']).toBe('W/"2"');
  });

  test('without @odata.type a change is refused, as of an abstract type', async () => {
    const { json } = await create();
    const answer = await server.send({
      method: 'PATCH',
      url: `${path('v1.0')}/${json.id}`,
      body: { description: 'x' },
    });
    expectRefused(answer, '@odata.type', 'Cannot create an abstract class.');
  });

  test('two changes of different properties at once both survive', async () => {
    const { json } = await create();
    const changes = [{ passwordRequired: true }, { passwordMinimumLength: 8 }, { description: 'three' }];
    const answers = await Promise.all(changes.map((change) => patch('v1.0', json.id, change)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.map((answer) => answer.json.version).toSorted()).toEqual([2, 3, 4]);
    const after = (await get('v1.0', json.id)).json;
    expect(after).toMatchObject({ ...Object.assign({}, ...changes), version: 4 });
  });

  test('If-Match holds a change back that was made of an old version', async () => {
    const { json, headers } = await create();
    const match = { 'if-match': String(headers['etag']) };
    expect((await patch('v1.0', json.id, { description: 'first' }, match)).status).toBe(200);
    const late = await patch('v1.0', json.id, { description: 'second' }, match);
    expect([late.status, late.json.error.code]).toEqual([412, 'PreconditionFailed']);
    expect((await get('v1.0', json.id)).json.description).toBe('first');
    const url = `${path('v1.0')}/${json.id}`;
    expect((await server.send({ method: 'DELETE', url, headers: match })).status).toBe(412);
    expect((await patch('v1.0', json.id, { description: 'third' }, { 'if-match': '*' })).status).toBe(200);
    expect((await server.send({ method: 'DELETE', url, headers: { 'if-match': 'W/"3"' } })).status).toBe(204);
  });

  test('DELETE answers 204 in v1.0 and an empty 200 in beta, and then it is gone', async () => {
    for (const [version, status] of [
      ['v1.0', 204],
      ['beta', 200],
    ] as const) {
      const { json } = await create();
      const url = `${path(version)}/${json.id}`;
      const removed = await server.send({ method: 'DELETE', url });
      expect([removed.status, removed.text]).toEqual([status, '']);
      for (const answer of [
        await server.send({ method: 'DELETE', url }),
        await server.send({ url }),
        await patch(version, json.id, {}),
      ]) {
        expect([answer.status, answer.json.error.code]).toEqual([404, 'ResourceNotFound']);
        expect(answer.json.error.details[0].message).toBe(
          `Device configuration '${json.id}' does not exist.`,
        );
      }
    }
  });

  test("another organization's is not found, not changed and not listed", async () => {
    const { json } = await create();
    const { token } = await server.addTenant('stranger');
    const url = `${path('v1.0')}/${json.id}`;
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const answer = await server.send({
        method,
        url,
        token,
        ...(method === 'PATCH' && { body: { ...type, description: 'mine' } }),
      });
      expect(answer.status).toBe(404);
    }
    expect((await server.send({ url: path('v1.0'), token })).json.value).toEqual([]);
    expect((await get('v1.0', json.id)).json).toEqual(json);
  });
});
