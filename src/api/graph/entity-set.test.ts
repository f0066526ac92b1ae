import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { createGroup, removeGroup } from '../../directory/index.ts';
import type { Id } from '../../kernel/id.ts';

const origin = 'https://localhost:80';
const count = 2_500;

let server: TestServer;
let token: string;
beforeAll(async () => {
  server = await testServer();
  const tenant = await server.addTenant('large');
  token = tenant.token;
  await server.change(tenant, async (context) => {
    for (let at = 0; at < count; at++) {
      const name = `group ${String(at).padStart(4, '0')}`;
      await createGroup(context, {
        displayName: name,
        mailNickname: 'g',
        description: at % 5 === 0 ? null : `${at % 5}`,
      });
    }
  });
});
afterAll(() => server[Symbol.asyncDispose]());

interface List {
  readonly '@odata.nextLink'?: string;
  readonly '@odata.count'?: number;
  readonly value: { readonly id: string; readonly displayName: string }[];
}

async function list(url: string, headers: Record<string, string> = {}): Promise<List> {
  const answer = await server.send({ url: url.replace(origin, ''), token, headers });
  expect(answer.status, answer.text).toBe(200);
  return answer.json as List;
}

/** Follows the next links to the end. */
async function pages(url: string, headers: Record<string, string> = {}): Promise<List[]> {
  const read: List[] = [];
  for (let next: string | undefined = url; next !== undefined; next = read.at(-1)!['@odata.nextLink']) {
    read.push(await list(next, headers));
    expect(read.length).toBeLessThan(100);
  }
  return read;
}

const sizes = (read: readonly List[]) => read.map(({ value }) => value.length);
const names = (read: readonly List[]) =>
  read.flatMap(({ value }) => value.map(({ displayName }) => displayName));
const allNames = Array.from({ length: count }, (_, at) => `group ${String(at).padStart(4, '0')}`);

describe('pages', () => {
  test('of a thousand, and nothing is lost', async () => {
    const read = await pages('/v1.0/groups');
    expect(sizes(read)).toEqual([1_000, 1_000, 500]);
    expect(names(read)).toEqual(allNames);
    expect(read[0]!['@odata.nextLink']).toMatch(
      /^https:\/\/localhost:80\/v1\.0\/groups\?\$skiptoken=[\w-]+$/,
    );
    expect(read[2]).not.toHaveProperty('@odata.nextLink');
  });

  test.each([
    ['odata.maxpagesize=700', [700, 700, 700, 400]],
    ['maxpagesize=2000', [1_000, 1_000, 500]],
    ['odata.maxpagesize=0', [1_000, 1_000, 500]],
    ['odata.maxpagesize=many', [1_000, 1_000, 500]],
  ])('Prefer: %s', async (prefer, expected) => {
    const read = await pages('/v1.0/groups', { prefer });
    expect(sizes(read)).toEqual(expected);
    expect(names(read)).toEqual(allNames);
  });

  test('a preference that was followed is told', async () => {
    const headers = { prefer: 'odata.maxpagesize=5' };
    const answer = await server.send({ url: '/v1.0/groups', token, headers });
    expect(answer.headers['preference-applied']).toBe('odata.maxpagesize=5');
  });

  test('$top is the size of a page: the next link keeps it and leads to the rest', async () => {
    const read = await pages('/v1.0/groups?$top=999');
    expect(sizes(read)).toEqual([999, 999, 502]);
    expect(names(read)).toEqual(allNames);
    expect(read[0]!['@odata.nextLink']).toContain('?$top=999&$skiptoken=');
    expect(sizes(await pages('/v1.0/groups?$top=1000', { prefer: 'odata.maxpagesize=900' }))).toEqual([
      900, 900, 700,
    ]);
    expect(await list('/v1.0/groups?$top=0&$count=true')).toMatchObject({ '@odata.count': count, value: [] });
    expect(await list('/v1.0/groups?$top=0')).not.toHaveProperty('@odata.nextLink');
  });

  test('the last page that is full has no next link', async () => {
    const read = await pages("/v1.0/groups?$top=250&$filter=description eq '1'");
    expect(sizes(read)).toEqual([250, 250]);
  });

  test('$skip counts once', async () => {
    const read = await pages('/v1.0/groups?$skip=2000&$top=300');
    expect(names(read)).toEqual(allNames.slice(2_000));
    expect(await list('/v1.0/groups?$skip=9999')).toMatchObject({ value: [] });
  });

  test('every option goes along, and $count counts all', async () => {
    const query =
      "$filter=description eq '3' and startswith(displayName,'group')&$orderby=displayName desc&$select=id,displayName&$count=true&$top=200";
    const read = await pages(`/v1.0/groups?${query}`);
    expect(sizes(read)).toEqual([200, 200, 100]);
    expect(read.map((page) => page['@odata.count'])).toEqual([500, 500, 500]);
    expect(names(read)).toEqual(allNames.filter((_, at) => at % 5 === 3).toReversed());
    expect(Object.keys(read[2]!.value[0]!)).toEqual(['id', 'displayName']);
  });

  test('options without a dollar and a path in another spelling stay in the next link', async () => {
    const read = await pages('/v1.0//Groups/?top=900&orderBy=displayName+desc');
    expect(names(read)).toEqual(allNames.toReversed());
  });

  test.each(['', '&$orderby=displayName'])(
    'a page goes on where the last entity was removed %s',
    async (order) => {
      const tenant = await server.addTenant(`removing-${order.length}`);
      const ids = await server.change(tenant, async (context) => {
        const made: Id[] = [];
        for (const name of ['a', 'b', 'c', 'd', 'e']) {
          made.push((await createGroup(context, { displayName: name, mailNickname: 'g' })).id);
        }
        return made;
      });
      const send = async (url: string) => (await server.send({ url, token: tenant.token })).json as List;
      const first = await send(`/v1.0/groups?$top=2${order}`);
      await server.change(tenant, (context) => removeGroup(context, ids[1]!));
      const second = await send(first['@odata.nextLink']!.replace(origin, ''));
      expect(second.value.map(({ displayName }) => displayName)).toEqual(['c', 'd']);
    },
  );

  test('in the order of ids it goes on even where more were removed', async () => {
    const tenant = await server.addTenant('removing-more');
    const ids = await server.change(tenant, async (context) => {
      const made: Id[] = [];
      for (const name of ['a', 'b', 'c', 'd']) {
        made.push((await createGroup(context, { displayName: name, mailNickname: 'g' })).id);
      }
      return made;
    });
    const send = async (url: string) => (await server.send({ url, token: tenant.token })).json as List;
    const first = await send('/v1.0/groups?$top=2');
    await server.change(tenant, async (context) => {
      await removeGroup(context, ids[0]!);
      await removeGroup(context, ids[1]!);
    });
    const second = await send(first['@odata.nextLink']!.replace(origin, ''));
    expect(second.value.map(({ displayName }) => displayName)).toEqual(['c', 'd']);
  });

  test.each(['x', 'W10', 'eyJhIjoxfQ', '%00', Buffer.from('["a",-1]').toString('base64url')])(
    '$skiptoken=%s was never in a next link',
    async (skipToken) => {
      const answer = await server.send({ url: `/v1.0/groups?$skiptoken=${skipToken}`, token });
      expect(answer.status).toBe(400);
    },
  );
});

describe('$count', () => {
  test('as a segment it is the number alone', async () => {
    const answer = await server.send({ url: '/v1.0/groups/$count', token });
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([200, '2500', 'text/plain']);
    const filtered = await server.send({ url: "/beta/groups/$count?$filter=description eq '1'", token });
    expect(filtered.text).toBe('500');
    const refused = await server.send({ url: '/v1.0/groups/$count?$top=5', token });
    expect([refused.status, refused.json.error.details[0].target]).toEqual([400, '$top']);
  });

  test('$count=false and no $count leave it out', async () => {
    expect(await list('/v1.0/groups?$top=1&$count=false')).not.toHaveProperty('@odata.count');
    expect(await list('/v1.0/groups?$top=1')).not.toHaveProperty('@odata.count');
  });
});

describe('what is not supported is refused by name', () => {
  test.each([
    ['/v1.0/groups?$search="displayName:x"', '$search'],
    ['/v1.0/groups?$apply=x', '$apply'],
    ['/v1.0/groups?api-version=2', 'api-version'],
    ['/v1.0/groups?$expand=members', '$expand', 'members'],
    ['/v1.0/groups?$filter=color eq 1', '$filter', 'color'],
    ['/v1.0/groups?$orderby=color', '$orderby', 'color'],
    ['/v1.0/groups?$select=color', '$select', 'color'],
    ['/v1.0/groups?$top=1001', '$top'],
    ['/v1.0/groups?$top=-1', '$top'],
    ['/v1.0/groups?$skip=x', '$skip'],
    ['/v1.0/groups?$top=1&$top=2', '$top'],
    ['/v1.0/groups/00000000-0000-8000-8000-000000000000?$top=1', '$top'],
    ['/v1.0/deviceManagement?$expand=deviceConfigurations', '$expand'],
    ['/v1.0/deviceManagement/deviceConfigurations?$filter=isAssigned eq true', '$filter', 'isAssigned'],
  ])('GET %s', async (url, option, named = option) => {
    const answer = await server.send({ url, token });
    expect(answer.status).toBe(400);
    expect(answer.json.error.details[0]).toMatchObject({ target: option });
    expect(answer.json.error.details[0].message).toContain(named);
  });

  test.each(['POST', 'PATCH', 'DELETE'] as const)('%s takes no $select', async (method) => {
    const path = method === 'POST' ? '' : '/00000000-0000-8000-8000-000000000000';
    const body = method === 'DELETE' ? {} : { body: {} };
    const answer = await server.send({ method, url: `/v1.0/groups${path}?$select=id`, token, ...body });
    expect([answer.status, answer.json.error.details[0].target]).toEqual([400, '$select']);
  });
});

describe('one entity', () => {
  const type = '#microsoft.graph.macOSGeneralDeviceConfiguration';
  const collection = 'deviceManagement/deviceConfigurations';
  let id: string;
  beforeAll(async () => {
    const body = { '@odata.type': type, displayName: "Macs 'n' more" };
    id = (await server.send({ method: 'POST', url: `/v1.0/${collection}`, body, token })).json.id;
  });
  const get = async (url: string, headers: Record<string, string> = {}) =>
    server.send({ url, token, headers });

  test('is found by every spelling of its path', async () => {
    const { json } = await get(`/v1.0/${collection}/${id}`);
    expect(json.id).toBe(id);
    for (const url of [
      `/v1.0/${collection}('${id}')`,
      `/v1.0/${collection}(${id})`,
      `/v1.0/${collection}(id='${id}')`,
      `/v1.0/${collection}('${id}')/`,
      `/v1.0/${collection}(%27${id}%27)`,
      `//v1.0//deviceManagement///deviceConfigurations//${id}//`,
      `/v1.0/DEVICEMANAGEMENT/deviceconfigurations/${id.toUpperCase()}`,
      `/v1.0/deviceManagement/deviceConfigurations/${id}?`,
    ]) {
      const answer = await get(url);
      expect(answer.status, url).toBe(200);
      expect(answer.json, url).toEqual(json);
    }
  });

  test('is not found by what is no key of it', async () => {
    for (const key of ["('')", '/0', `(name='${id}')`, `/${id.replace('-8', '-4')}`, `/${id}x`]) {
      const answer = await get(`/v1.0/${collection}${key}`);
      expect([404, 400], key).toContain(answer.status);
    }
    const long = await get(`/v1.0/${collection}/${'x'.repeat(3_000)}`);
    expect(long.status).toBe(404);
    expect(long.json.error.details[0].message.length).toBeLessThan(150);
  });

  test('casts pass its own type and those it derives from', async () => {
    const derived = 'microsoft.graph.macOSGeneralDeviceConfiguration';
    for (const cast of [derived, derived.toLowerCase(), 'microsoft.graph.deviceConfiguration']) {
      expect((await get(`/v1.0/${collection}/${id}/${cast}`)).json.id).toBe(id);
      expect((await get(`/v1.0/${collection}/${cast}`)).json.value).toHaveLength(1);
    }
    const context = `${origin}/v1.0/$metadata#${collection}/${derived}`;
    expect((await get(`/v1.0/${collection}/${derived}`)).json['@odata.context']).toBe(context);
    expect((await get(`/v1.0/${collection}/${derived}/$count`)).text).toBe('1');
    const selected = await get(`/v1.0/${collection}/${derived}?$select=passwordRequired`);
    expect(selected.json.value).toEqual([{ '@odata.type': type, passwordRequired: false }]);
    for (const wrong of ['microsoft.graph.group', 'microsoft.graph.nothing']) {
      const answer = await get(`/v1.0/${collection}/${wrong}`);
      expect([answer.status, answer.json.error.details[0].message]).toEqual([
        400,
        `The type '${wrong}' in the path is not derived from 'microsoft.graph.deviceConfiguration'.`,
      ]);
    }
  });

  test('properties of a derived type are selected, filtered and sorted by behind its name', async () => {
    const property = 'microsoft.graph.macOSGeneralDeviceConfiguration/passwordRequired';
    const selected = await get(`/v1.0/${collection}?$select=id,${property}`);
    expect(selected.json).toEqual({
      '@odata.context': `${origin}/v1.0/$metadata#${collection}(id,${property})`,
      value: [{ '@odata.type': type, id, passwordRequired: false }],
    });
    expect((await get(`/v1.0/${collection}/${id}?$select=${property}`)).json).toMatchObject({
      passwordRequired: false,
    });
    expect((await get(`/v1.0/${collection}?$filter=${property} eq false`)).json.value).toHaveLength(1);
    expect((await get(`/v1.0/${collection}?$filter=${property} eq true`)).json.value).toHaveLength(0);
    const bare = await get(`/v1.0/${collection}?$select=passwordRequired`);
    expect([bare.status, bare.json.error.details[0].message]).toEqual([
      400,
      expect.stringContaining(`Write '${property}'`),
    ]);
    const wrong = await get(`/v1.0/${collection}?$select=microsoft.graph.group/displayName`);
    expect([wrong.status, wrong.json.error.details[0].target]).toEqual([400, '$select']);
  });

  test('quotes and plus signs in a filter', async () => {
    for (const filter of [
      "displayName eq 'Macs ''n'' more'",
      "displayName+eq+'macs+''n''+more'",
      `id eq '${id}'`,
    ]) {
      expect((await get(`/v1.0/${collection}?$filter=${filter}`)).json.value, filter).toHaveLength(1);
    }
    const isof = "isof('microsoft.graph.macOSGeneralDeviceConfiguration')";
    expect((await get(`/v1.0/${collection}?$filter=${isof}`)).json.value).toHaveLength(1);
    expect((await get(`/v1.0/${collection}?$filter=not ${isof}`)).json.value).toHaveLength(0);
  });

  test.each([
    ['/', '#deviceManagement/deviceConfigurations'],
    ['/{id}', '#deviceManagement/deviceConfigurations/$entity'],
    ['?$select=id,displayName', '#deviceManagement/deviceConfigurations(id,displayName)'],
    ['/{id}?$select=id', '#deviceManagement/deviceConfigurations(id)/$entity'],
  ])('the context of %s', async (path, context) => {
    const { json } = await get(`/beta/${collection}${path.replace('{id}', id)}`, { host: 'mdm.example.com' });
    expect(json['@odata.context']).toBe(`https://mdm.example.com/beta/$metadata${context}`);
  });

  test('odata.metadata=full shows types and links, none shows nothing of it', async () => {
    const full = await get(`/v1.0/${collection}/${id}`, { accept: 'application/json; odata.metadata=full' });
    const url = `${origin}/v1.0/${collection}('${id}')`;
    expect(full.headers['content-type']).toMatch(/^application\/json;odata\.metadata=full;/);
    expect(full.json).toMatchObject({
      '@odata.type': type,
      '@odata.id': url,
      '@odata.editLink': `${url}/microsoft.graph.macOSGeneralDeviceConfiguration`,
      'compliantAppListType@odata.type': '#microsoft.graph.appListType',
      'createdDateTime@odata.type': '#DateTimeOffset',
      'emailInDomainSuffixes@odata.type': '#Collection(String)',
    });
    const none = await get(`/v1.0/${collection}/${id}?$Format=application/json;odata.metadata=none`, {
      accept: 'application/json;odata.metadata=full',
    });
    expect(none.headers['content-type']).toMatch(/^application\/json;odata\.metadata=none;/);
    expect(Object.keys(none.json).filter((name) => name.includes('@'))).toEqual([]);
    expect(none.json.id).toBe(id);
  });

  test('HEAD answers as GET without its body, OPTIONS with what is allowed', async () => {
    const url = `/v1.0/${collection}/${id}`;
    const [head, found] = [await server.send({ method: 'HEAD', url, token }), await get(url)];
    expect([head.status, head.text, head.headers['etag']]).toEqual([200, '', found.headers['etag']]);
    expect(head.headers['content-length']).toBe(found.headers['content-length']);
    const options = await server.send({ method: 'OPTIONS', url, token });
    expect([options.status, options.headers['allow']]).toEqual([204, 'GET, HEAD, PATCH, DELETE, OPTIONS']);
    expect((await server.send({ method: 'HEAD', url: '/v1.0/nothing', token })).status).toBe(400);
    expect((await server.send({ method: 'OPTIONS', url: '/v1.0/nothing', token })).status).toBe(400);
  });

  test('another method is refused with what is allowed', async () => {
    for (const [method, path, allow] of [
      ['PUT', `${collection}/${id}`, 'GET, HEAD, PATCH, DELETE, OPTIONS'],
      ['POST', `${collection}/${id}`, 'GET, HEAD, PATCH, DELETE, OPTIONS'],
      ['DELETE', collection, 'GET, HEAD, POST, OPTIONS'],
      ['PATCH', `${collection}/$count`, 'GET, HEAD, OPTIONS'],
    ] as const) {
      const answer = await server.send({
        method,
        url: `/v1.0/${path}`,
        token,
        ...(method === 'DELETE' ? {} : { body: {} }),
      });
      expect([answer.status, answer.headers['allow']], path).toEqual([405, allow]);
      expect(answer.json.error.message).toContain(
        'Specified HTTP method is not allowed for the request target.',
      );
    }
  });
});

test.each([
  ['/v1.0/nothing', 'nothing'],
  ['/v1.0/deviceManagement/nothing', 'nothing'],
  ['/v1.0/groups/00000000-0000-8000-8000-000000000000/owners', 'owners'],
  ["/v1.0/groups('x')/owners/$ref", 'owners'],
  ["/v1.0/deviceManagement/nothing('x')/deviceConfigurations", 'nothing'],
  ['/v1.0/deviceManagement/applePushNotificationCertificate/assign', 'assign'],
])('GET %s has no segment %s', async (url, segment) => {
  const answer = await server.send({ url, token });
  expect(answer.status).toBe(400);
  expect(answer.json.error).toMatchObject({
    code: 'BadRequest',
    message: `Resource not found for the segment '${segment}'.`,
  });
});
