import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { deviceConfigurations } from '../../../policies/index.ts';
import { collectionClient, expectRefused } from '../fixtures/collection-client.ts';
import { sampleValue, shownValue, writable } from '../fixtures/sample-values.ts';
import type { GraphVersion } from '../model/document.ts';
import { unsetValue } from '../model/edm.ts';
import { concreteTypes, models, typeOf, type Property } from '../model/model.ts';
import { bothVersions } from '../route.ts';
import { configurationType } from './device-configuration.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** The configurations of one type. What a creation must have is in every one. */
function clientOf(kind: string) {
  const type = typeOf(models.beta, `microsoft.graph.${kind}`);
  const needed = writable(type).filter((property) => unsetValue(models.beta, property) === undefined);
  const defaults = { ...samples('beta', needed, 9), displayName: 'Some' };
  const always = { '@odata.type': `#${type.name}` };
  return { type, ...collectionClient(() => server, 'deviceConfigurations', { always, defaults }) };
}

function samples(version: GraphVersion, properties: readonly Property[], seed = 0): Record<string, unknown> {
  return Object.fromEntries(
    properties.map((property) => [property.name, sampleValue(models[version], property, seed)]),
  );
}

function shown(version: GraphVersion, values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, shownValue(models[version], value)]),
  );
}

const prefer = { prefer: 'return=representation' };

test.each(bothVersions)('%s serves the types that policies know, and no others', (version) => {
  const model = models[version];
  expect(concreteTypes(model, typeOf(model, configurationType)).toSorted()).toEqual(
    deviceConfigurations.kinds.map((kind) => `microsoft.graph.${kind}`).toSorted(),
  );
});

/** How many properties a client may write, with the name and the description, and beta's three rules and scope tags. */
const writableCounts: Readonly<Record<string, Readonly<Record<GraphVersion, number>>>> = {
  iosCustomConfiguration: { 'v1.0': 5, beta: 9 },
  iosGeneralDeviceConfiguration: { 'v1.0': 133, beta: 193 },
  macOSCustomConfiguration: { 'v1.0': 5, beta: 10 },
  macOSGeneralDeviceConfiguration: { 'v1.0': 14, beta: 66 },
  windows10CustomConfiguration: { 'v1.0': 3, beta: 7 },
};

const cases = deviceConfigurations.kinds.flatMap((kind) =>
  bothVersions.map((version) => ({ kind, version })),
);

describe.each(cases)('the properties of $kind in $version', ({ kind, version }) => {
  const model = models[version];
  const { get, create, patch } = clientOf(kind);
  const properties = writable(typeOf(model, `microsoft.graph.${kind}`));

  test('each takes a valid value, which comes back, and counts one version', async () => {
    const { json: created } = await create(version);
    const expected = { ...created };
    for (const property of properties) {
      const value = sampleValue(model, property);
      const answer = await patch(version, created.id, { [property.name]: value }, prefer);
      expect(answer.status, `${property.name}: ${answer.text}`).toBe(200);
      expected[property.name] = shownValue(model, value);
      expected.version += 1;
      expect(answer.json).toEqual(expected);
    }
    expect(properties.length).toBe(writableCounts[kind]![version]);
    expect((await get(version, created.id)).json).toEqual(expected);
  });

  test.each([1, 3, 5])('all of them at once (%i)', async (seed) => {
    const values = samples(version, properties, seed);
    const { json: created } = await create(version, values);
    expect(created).toMatchObject(shown(version, values));
    expect((await get(version, created.id)).json).toEqual(created);
  });

  test('the nullable ones take null, the others refuse it by name', async () => {
    const { json } = await create(version, samples(version, properties));
    for (const { name, nullable, collection } of properties) {
      const answer = await patch(version, json.id, { [name]: null }, prefer);
      if (nullable) expect(answer.json[name], name).toEqual(collection ? [] : null);
      else expectRefused(answer, name, 'must not be null');
    }
  });

  test('every enum takes its members alone', async () => {
    const { json } = await create(version);
    for (const { name, type: enumType } of properties.filter(({ type }) => model.enums.has(type))) {
      for (const member of model.enums.get(enumType)!.members) {
        expect((await patch(version, json.id, { [name]: member.name }, prefer)).json[name]).toBe(member.name);
      }
      for (const wrong of ['sometimes', 'NONE', '', 0, true, ['none']]) {
        expectRefused(await patch(version, json.id, { [name]: wrong }), name);
      }
    }
  });

  test('values of another type or out of range are refused by name, and nothing changes', async () => {
    const { json } = await create(version);
    for (let at = 0; at < 7; at++) {
      const wrong = properties.flatMap((property) => {
        const values = wrongOf(property);
        return values[at] === undefined ? [] : [[property.name, values[at]] as const];
      });
      for (let start = 0; start < wrong.length; start += 50) {
        const part = wrong.slice(start, start + 50);
        const answer = await patch(version, json.id, Object.fromEntries(part));
        expect(answer.status).toBe(400);
        const details = answer.json.error.details as { target: string; message: string }[];
        for (const [name, value] of part) {
          const about = details.filter(({ target }) => target.split(/[.[]/)[0] === name);
          expect(about, `${name} ${JSON.stringify(value)}`).not.toEqual([]);
          expect(about[0]!.message).toContain(name);
        }
      }
    }
    const first = properties.find(({ name }) => name !== 'description');
    const half = await patch(version, json.id, { description: 'half', [first!.name]: wrongOf(first!)[0] });
    expect(half.status).toBe(400);
    expect((await get(version, json.id)).json).toEqual(json);
  });

  test('both ends of every range are taken', async () => {
    const { json } = await create(version);
    for (const { name, min, max } of properties) {
      if (min === undefined || max === undefined) continue;
      for (const value of [min, max]) {
        expect((await patch(version, json.id, { [name]: value }, prefer)).json[name]).toBe(value);
      }
    }
  });

  test('no list takes more elements than it can hold', async () => {
    const { json } = await create(version);
    for (const { name, maxItems } of properties) {
      if (maxItems === undefined) continue;
      const over = await patch(version, json.id, {
        [name]: Array.from({ length: maxItems + 1 }, () => ({})),
      });
      expectRefused(over, name, `it can contain a maximum of ${maxItems}`);
    }
  });

  test('an unknown property is refused by name; annotations are ignored', async () => {
    const { json } = await create(version);
    expectRefused(await patch(version, json.id, { color: 'red' }), 'color', 'does not exist on type');
    const misspelt = await patch(version, json.id, { DisplayName: 'x' });
    expectRefused(misspelt, 'DisplayName', "Did you mean 'displayName'?");
    const annotated = { 'assignments@odata.context': 'https://x', '@odata.context': 'y', 'x@odata.count': 1 };
    expect((await patch(version, json.id, annotated, prefer)).json).toEqual(json);
  });

  test('navigation properties are written by their own paths', async () => {
    const { json } = await create(version);
    const answer = await patch(version, json.id, { assignments: [] });
    expectRefused(answer, 'assignments', "Cannot apply PATCH to navigation property 'assignments'");
  });

  test('a client may send back what it read', async () => {
    const { json } = await create(version, samples(version, properties));
    const answer = await patch(version, json.id, json, prefer);
    expect(answer.json).toEqual(json);
  });

  test('it stays of its type, and lists know it by that', async () => {
    const { json } = await create(version);
    const others = deviceConfigurations.kinds.filter((other) => other !== kind);
    for (const other of others) {
      const changed = await clientOf(other).patch(version, json.id, { displayName: 'other' });
      expectRefused(changed, '@odata.type', 'The type of an entity cannot be changed');
    }
    const found = async (filter: string) => {
      const url = `/${version}/deviceManagement/deviceConfigurations?$filter=${encodeURIComponent(filter)}`;
      const { json: list } = await server.send({ url });
      return (list.value as { id: string }[]).some(({ id }) => id === json.id);
    };
    expect(await found(`isof('microsoft.graph.${kind}') and displayName eq 'Some'`)).toBe(true);
    expect(await found(`isof('microsoft.graph.${others[0]}')`)).toBe(false);
    expect(await found(`microsoft.graph.${kind}/displayName eq 'Some'`)).toBe(true);
    expect(await found(`microsoft.graph.${others[0]}/displayName eq 'Some'`)).toBe(false);
    const cast = await server.send({
      url: `/${version}/deviceManagement/deviceConfigurations/microsoft.graph.${kind}`,
    });
    expect((cast.json.value as { id: string }[]).map(({ id }) => id)).toContain(json.id);
  });
});

function wrongOf(property: Property): readonly unknown[] {
  if (property.collection) return ['text', {}, 5, [null], [5]];
  if (property.type === 'Edm.Boolean') return ['true', 0, [], {}];
  if (property.type === 'Edm.String') return [5, true, [], {}];
  if (property.type === 'Edm.Binary') return [5, true, [], {}, 'not base64!', 'A'];
  if (property.type !== 'Edm.Int32') return [5, true];
  const { min = -(2 ** 31), max = 2 ** 31 - 1 } = property;
  return [min - 1, max + 1, 1.5, '5', true, [], {}];
}

describe.each(deviceConfigurations.kinds)('beta knows more of %s than v1.0', (kind) => {
  const { type, get, create, patch } = clientOf(kind);
  const ofV1 = [...typeOf(models['v1.0'], type.name).properties.values()];
  const own = ofV1.filter(({ navigation }) => !navigation).map(({ name }) => name);
  const betaOnly = writable(type).filter(({ name }) => !own.includes(name));

  test('v1.0 refuses each beta property and says where it is', async () => {
    const { json } = await create();
    for (const property of betaOnly) {
      const answer = await patch('v1.0', json.id, samples('beta', [property]));
      expectRefused(answer, property.name, 'It exists in beta only.');
    }
  });

  test('v1.0 does not show them, and a change there leaves them', async () => {
    const values = samples('beta', betaOnly);
    const { json } = await create('beta', values);
    const changed = await patch('v1.0', json.id, { description: 'changed' });
    expect(Object.keys(changed.json)).toEqual(['@odata.context', '@odata.type', ...own]);
    expect((await get('beta', json.id)).json).toMatchObject({
      ...values,
      description: 'changed',
      version: 2,
    });
  });
});

describe('macOSGeneralDeviceConfiguration', () => {
  const { create, patch } = clientOf('macOSGeneralDeviceConfiguration');

  test('a list takes 10,000 elements', async () => {
    const { json } = await create();
    const apps = Array.from({ length: 10_000 }, (_, at) => ({ name: `app ${at}` }));
    const full = await patch('v1.0', json.id, { compliantAppsList: apps });
    expect(full.json.compliantAppsList).toHaveLength(10_000);
    expect(full.json.compliantAppsList[9_999]).toEqual({
      name: 'app 9999',
      publisher: null,
      appStoreUrl: null,
      appId: null,
    });
  });

  test('what is inside a list is checked where it stands', async () => {
    const { json } = await create();
    const list = (item: object) => patch('v1.0', json.id, { compliantAppsList: [{ name: 'fine' }, item] });
    expectRefused(await list({}), 'compliantAppsList[1].name', 'is required');
    expectRefused(await list({ name: 'x', color: 'red' }), 'compliantAppsList[1].color');
    expectRefused(await list({ name: 'x', appId: 5 }), 'compliantAppsList[1].appId');
    expectRefused(
      await list({ name: 'x', '@odata.type': '#microsoft.graph.group' }),
      'compliantAppsList[1].@odata.type',
      'microsoft.graph.appListItem',
    );
  });
});

describe.each(['iosCustomConfiguration', 'macOSCustomConfiguration'])('the payload of %s', (kind) => {
  const { path, type, create, patch } = clientOf(kind);

  test('is needed, as its name is', async () => {
    const body = { '@odata.type': `#${type.name}`, displayName: 'x' };
    const answer = await server.send({ method: 'POST', url: path('v1.0'), body });
    expectRefused(answer, 'payloadName', 'is required');
    expect(answer.json.error.details[1].target).toBe('payload');
  });

  test('is Base64 in any spelling, and comes back in the standard one', async () => {
    const { json } = await create();
    for (const payload of ['-_-_/w', '+/+//w', '+/+/\r\n/w==']) {
      expect((await patch('v1.0', json.id, { payload })).json.payload).toBe('+/+//w==');
    }
  });

  test('holds 1,000,000 bytes and no more', async () => {
    const { json } = await create();
    const of = (length: number) => ({ payload: Buffer.alloc(length, 'x').toString('base64') });
    const full = await patch('v1.0', json.id, of(1_000_000));
    expect(full.json.payload).toBe(of(1_000_000).payload);
    expectRefused(await patch('v1.0', json.id, of(1_000_001)), 'payload', '1000000 at most');
  });

  test('is not searched in', async () => {
    const list = (query: string) => server.send({ url: `${path('v1.0')}?${query}` });
    const { json } = await create();
    const present = await list(`$filter=${type.name}/payload ne null`);
    expect((present.json.value as { id: string }[]).map(({ id }) => id)).toContain(json.id);
    for (const query of [
      `$filter=${type.name}/payload eq 'QQ=='`,
      `$filter=contains(${type.name}/payload,'Q')`,
      `$orderby=${type.name}/payload`,
    ]) {
      const answer = await list(query);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('Edm.Binary')]);
    }
  });
});

describe('updateDelayPolicy', () => {
  const { create, patch } = clientOf('macOSGeneralDeviceConfiguration');
  const change = async (value: unknown) => {
    const { json } = await create('beta');
    return patch('beta', json.id, { updateDelayPolicy: value }, prefer);
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
  const { create, patch } = clientOf('iosCustomConfiguration');
  const rule = 'deviceManagementApplicabilityRuleOsVersion';
  const { json } = await create('beta', {
    [rule]: { minOSVersion: '13', maxOSVersion: '15', ruleType: 'include' },
  });
  const merged = await patch('beta', json.id, { [rule]: { maxOSVersion: null } }, prefer);
  expect(merged.json[rule]).toEqual({
    maxOSVersion: null,
    minOSVersion: '13',
    name: null,
    ruleType: 'include',
  });
  expect((await patch('beta', json.id, { [rule]: null }, prefer)).json[rule]).toBeNull();
});
