import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestAnswer, type TestServer } from '../../../../test/support/server.ts';
import type { Id } from '../../../kernel/id.ts';
import { bothVersions } from '../route.ts';
import {
  camera,
  collections,
  configurationOfSome,
  contextOf,
  nobody,
  overviews,
  type StatusOrganization,
} from '../fixtures/configuration-statuses.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a configuration that some devices have as it is, and others have not', () => {
  let of: Awaited<ReturnType<typeof configurationOfSome>>;
  let contoso: StatusOrganization;
  let id: Id;
  beforeAll(async () => {
    of = await configurationOfSome(server);
    ({ organization: contoso, id } = of);
  });

  test.for(collections)('every item of %s is found by its id, in any case', async (name) => {
    for (const version of bothVersions) {
      const { json } = await contoso.get(`${version}/${id}/${name}`);
      expect(json.value.length).toBeGreaterThan(1);
      for (const item of json.value) {
        const expected = { '@odata.context': `${json['@odata.context']}/$entity`, ...item };
        for (const key of [`/${item.id}`, `('${item.id.toUpperCase()}')`]) {
          const found = await contoso.get(`${version}/${id}/${name}${key}`);
          expect([found.status, found.json]).toEqual([200, expected]);
        }
      }
    }
  });

  test.for(collections)('%s is served behind a cast, counted, and narrowed by $select', async (name) => {
    const cast = 'microsoft.graph.windows10CustomConfiguration';
    const whole = (await contoso.get(`v1.0/${id}/${name}`)).json.value;
    const answer = await contoso.get(`v1.0/${id}/${cast}/${name}?$select=id&$count=true`);
    expect(answer.json).toEqual({
      '@odata.context': contextOf('v1.0', id, `${cast}/${name}(id)`),
      '@odata.count': whole.length,
      value: whole.map((item: { id: string }) => ({ id: item.id })),
    });
    const count = await contoso.get(`beta/${id}/${name}/$count`);
    expect([count.headers['content-type'], count.text]).toEqual(['text/plain', String(whole.length)]);
    const wrong = await contoso.get(`v1.0/${id}/microsoft.graph.iosCustomConfiguration/${name}`);
    expect(wrong.status).toBe(404);
  });

  test.for(overviews)(
    '%s is served behind a cast, narrowed by $select, and links to itself',
    async (name) => {
      const cast = 'microsoft.graph.windows10CustomConfiguration';
      const answer = await contoso.get(`beta/${id}/${cast}/${name}?$select=errorCount`);
      expect(answer.json).toEqual({
        '@odata.context': contextOf('beta', id, `${cast}/${name}(errorCount)/$entity`),
        errorCount: 1,
      });
      const accept = 'application/json;odata.metadata=full';
      const url = `https://localhost:80/v1.0/deviceManagement/deviceConfigurations('${id}')/${name}`;
      expect((await contoso.get(`v1.0/${id}/${name}`, { accept })).json).toMatchObject({ '@odata.id': url });
      const parent = await contoso.get(`v1.0/${id}`, { accept });
      expect(parent.json[`${name}@odata.navigationLink`]).toMatch(new RegExp(`\\('${id}'\\)/.*${name}$`));
    },
  );

  test.for([1, 2, 3])('pages of %i bring every device and user once', async (size) => {
    for (const name of collections) {
      const whole = (await contoso.get(`v1.0/${id}/${name}`)).json.value;
      const found: object[] = [];
      let next: string | undefined = `v1.0/${id}/${name}?$top=${size}`;
      while (next !== undefined) {
        const { json }: TestAnswer = await contoso.get(next);
        expect(json.value.length).toBeLessThanOrEqual(size);
        found.push(...json.value);
        next = json['@odata.nextLink']?.replace('https://localhost:80', '');
      }
      expect(found).toEqual(whole);
      const skipped = await contoso.get(`v1.0/${id}/${name}?$skip=1`, {
        prefer: `odata.maxpagesize=${size}`,
      });
      expect(skipped.json.value).toEqual(whole.slice(1, 1 + size));
      expect(skipped.headers['preference-applied']).toBe(`odata.maxpagesize=${size}`);
      expect((await contoso.get(`v1.0/${id}/${name}?$top=0`)).json.value).toEqual([]);
    }
  });

  test('what is no next link is refused', async () => {
    const token = (last: unknown) => Buffer.from(JSON.stringify([last, 0])).toString('base64url');
    for (const name of ['deviceStatuses', 'userStatuses']) {
      for (const skiptoken of ['x', token(5), token('x'), token("' or 1=1"), token(nobody)]) {
        const answer = await contoso.get(`v1.0/${id}/${name}?$skiptoken=${skiptoken}`);
        expect([answer.status, answer.json.error.details[0].target]).toEqual([400, '$skiptoken']);
      }
    }
    for (const option of ['$filter=id eq 1', '$orderby=id', '$expand=x']) {
      expect((await contoso.get(`v1.0/${id}/deviceStatuses?${option}`)).status).toBe(400);
    }
  });

  test('ids that are none are not found', async () => {
    const other = await contoso.configuration({ [camera]: 0 });
    const { ann, bob, devices } = of;
    const { done, silent } = devices;
    const wrong: Record<(typeof collections)[number], string[]> = {
      deviceStatuses: [
        done.id,
        `${bob.id}_${id}_${done.id}`,
        `${ann.id}_${other}_${done.id}`,
        `${ann.id}_${id}_${silent.id}`,
        `${ann.id}_${id}_${done.id}_`,
        `${ann.id}_${id}_${ann.id}`,
      ],
      userStatuses: [ann.id, `${ann.id}_${other}`, `${nobody}_${id}`, `${id}_${id}`],
      deviceSettingStateSummaries: [camera.replaceAll('/', '%2F'), `${id}_${'0'.repeat(32)}`],
    };
    for (const name of collections) {
      for (const key of [...wrong[name], '_', 'x'.repeat(500), '💥']) {
        const answer = await contoso.get(`v1.0/${id}/${name}/${encodeURIComponent(key)}`);
        expect([answer.status, answer.json.error.code], key).toEqual([404, 'ResourceNotFound']);
      }
    }
    for (const name of [...collections, ...overviews]) {
      expect((await contoso.get(`v1.0/${ann.id}/${name}`)).status).toBe(404);
    }
  });

  test('nothing of it can be written', async () => {
    const { token } = contoso.tenant;
    const key = `${of.ann.id}_${id}_${of.devices.done.id}`;
    for (const path of [...collections, ...overviews, `deviceStatuses/${key}`, `deviceStatuses/$count`]) {
      for (const method of ['POST', 'PATCH', 'PUT', 'DELETE'] as const) {
        const url = `/v1.0/deviceManagement/deviceConfigurations/${id}/${path}`;
        const answer = await server.send({ method, url, body: {}, token });
        expect([answer.status, answer.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
      }
    }
  });
});
