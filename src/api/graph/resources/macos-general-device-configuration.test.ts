import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { collectionClient, expectRefused } from '../fixtures/collection-client.ts';
import { macOSGeneralExample as example } from '../fixtures/documented-examples.ts';
import { sampleValue, writable } from '../fixtures/sample-values.ts';
import { models, typeOf, type Property } from '../model/model.ts';
import { bothVersions } from '../route.ts';

const typeName = 'microsoft.graph.macOSGeneralDeviceConfiguration';
const type = { '@odata.type': `#${typeName}` };

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const { get, create, patch } = collectionClient(() => server, 'deviceConfigurations', {
  always: type,
  defaults: { displayName: 'Macs' },
});

describe.each(bothVersions)('the properties of %s', (version) => {
  const model = models[version];
  const properties = writable(typeOf(model, typeName));
  const prefer = { prefer: 'return=representation' };

  test('each takes a valid value, which comes back, and counts one version', async () => {
    const { json: created } = await create(version);
    const expected = { ...created };
    for (const property of properties) {
      const value = sampleValue(model, property);
      const answer = await patch(version, created.id, { [property.name]: value }, prefer);
      expect(answer.status, `${property.name}: ${answer.text}`).toBe(200);
      expected[property.name] = value;
      expected.version += 1;
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
