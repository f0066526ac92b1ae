import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { collectionClient, expectRefused } from '../fixtures/collection-client.ts';
import { macOSGeneralExample as example } from '../fixtures/documented-examples.ts';
import { models, typeOf } from '../model/model.ts';
import { bothVersions } from '../route.ts';

const typeName = 'microsoft.graph.macOSGeneralDeviceConfiguration';
const type = { '@odata.type': `#${typeName}` };

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const { path, get, create, patch } = collectionClient(() => server, 'deviceConfigurations', {
  always: type,
  defaults: { displayName: 'Macs' },
});

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

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
    ['#microsoft.graph.windows10GeneralConfiguration', 'of Microsoft Graph is not served here'],
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
    expect(answers.map((answer) => answer.json.version).toSorted((a, b) => a - b)).toEqual([2, 3, 4]);
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
