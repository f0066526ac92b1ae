import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';

const partners = '/deviceManagement/complianceManagementPartners';
const json = { 'Content-Type': 'application/json' };

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

interface Response {
  readonly id: string;
  readonly status: number;
  readonly headers: Record<string, string>;
  // Bodies are of every shape; what is found in them is compared.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body?: any;
}

const send = (body: unknown, token?: string | null) =>
  server.send({ method: 'POST', url: '/v1.0/$batch', body, ...(token !== undefined && { token }) });

async function batch(requests: object[]): Promise<Response[]> {
  const answer = await send({ requests });
  expect(answer.status, answer.text).toBe(200);
  expect(Object.keys(answer.json)).toEqual(['responses']);
  return answer.json.responses;
}

test('requests of every kind are answered as they are alone', async () => {
  const type = '#microsoft.graph.macOSGeneralDeviceConfiguration';
  const body = { '@odata.type': type, displayName: 'Macs' };
  const [made] = await batch([
    { id: 'a', method: 'POST', url: '/deviceManagement/deviceConfigurations', headers: json, body },
  ]);
  expect(made).toMatchObject({ id: 'a', status: 201, headers: { ETag: 'W/"1"', 'OData-Version': '4.0' } });
  expect(made!.headers['Location']).toContain(made!.body.id);
  const url = `deviceManagement/deviceConfigurations/${made!.body.id}`;
  const change = { '@odata.type': type, description: 'changed' };
  const responses = await batch([
    { id: '1', method: 'PATCH', url, headers: json, body: change },
    { id: '2', method: 'get', url: `//${url}?$select=description` },
    { id: '3', method: 'PATCH', url, headers: { ...json, Prefer: 'return=minimal' }, body: change },
    { id: '4', method: 'GET', url: `${url}/nothing` },
    { id: '5', method: 'GET', url: '/groups/$count' },
    { id: '6', method: 'GET', url, headers: { Accept: 'application/json;odata.metadata=none' } },
    { id: '7', method: 'DELETE', url },
  ]);
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 204, 400, 200, 200, 204]);
  const alone = {
    '@odata.context': expect.stringContaining('(description)/$entity'),
    description: 'changed',
  };
  expect(responses[1]!.body).toMatchObject(alone);
  expect(responses[2]).toEqual({
    id: '3',
    status: 204,
    headers: {
      'OData-Version': '4.0',
      'Cache-Control': 'no-cache',
      ETag: 'W/"2"',
      'Preference-Applied': 'return=minimal',
    },
  });
  expect(responses[3]!.body.error.message).toBe("Resource not found for the segment 'nothing'.");
  expect([responses[4]!.body, responses[4]!.headers['Content-Type']]).toEqual(['0', 'text/plain']);
  expect(responses[5]!.body).not.toHaveProperty('@odata.context');
  for (const { headers } of responses) expect(headers).toBeTypeOf('object');
});

test('as IntuneCD asks: ids as numbers, spaces as plus signs', async () => {
  await server.send({ method: 'POST', url: `/v1.0${partners}`, body: { displayName: 'a partner' } });
  const [found] = await batch([
    { id: 1, method: 'GET', url: `${partners}?$filter=displayName+eq+'a+partner'` },
  ]);
  expect(found).toMatchObject({ id: '1', status: 200, body: { value: [{ displayName: 'a partner' }] } });
});

describe('dependencies', () => {
  const create = (id: string, displayName: unknown, dependsOn?: string[]) => ({
    id,
    method: 'POST',
    url: partners,
    headers: json,
    body: { displayName },
    ...(dependsOn && { dependsOn }),
  });
  const count = async () => Number((await server.send({ url: `/v1.0${partners}/$count` })).text);

  test('run first, wherever they stand', async () => {
    const before = await count();
    const responses = await batch([
      { id: 'count', method: 'GET', url: `${partners}/$count`, dependsOn: ['x', 'y'] },
      create('x', 'x', ['y']),
      create('y', 'y'),
    ]);
    expect(responses.map(({ id }) => id)).toEqual(['y', 'x', 'count']);
    expect(responses[2]!.body).toBe(String(before + 2));
  });

  test('that fail hold back what waits for them, and that what waits in turn', async () => {
    const before = await count();
    const responses = await batch([
      create('1', 5),
      create('2', 'x', ['1']),
      create('3', 'y', ['2']),
      create('4', 'z'),
    ]);
    expect(responses.map(({ status }) => status)).toEqual([400, 424, 424, 201]);
    expect(responses[1]!.body.error).toMatchObject({
      code: 'FailedDependency',
      details: [{ message: 'A request that this one depends on failed.' }],
    });
    expect(await count()).toBe(before + 1);
  });

  test.each([
    [[create('1', 'a', ['1'])], "The requests '1' wait for each other."],
    [[create('1', 'a', ['2']), create('2', 'b', ['1'])], "The requests '1', '2' wait for each other."],
    [[create('1', 'a', ['3'])], "There is no request '3' to depend on."],
  ])('that cannot be met refuse the batch', async (requests, sentence) => {
    const before = await count();
    const answer = await send({ requests });
    expect([answer.status, answer.json.error.details[0].message]).toEqual([400, sentence]);
    expect(await count()).toBe(before);
  });
});

describe('errors of one request are its own', () => {
  test.each([
    [{ method: 'GET', url: `${partners}/0` }, 404, 'ResourceNotFound'],
    [{ method: 'GET', url: '/groups/0' }, 404, 'Request_ResourceNotFound'],
    [{ method: 'PUT', url: partners, headers: json, body: {} }, 405, 'BadRequest'],
    [{ method: 'NONSENSE', url: partners }, 405, 'BadRequest'],
    [{ method: 'POST', url: partners, body: {} }, 400, 'BadRequest'],
    [{ method: 'POST', url: partners, headers: json, body: 'text' }, 400, 'BadRequest'],
    [{ method: 'POST', url: '$batch', headers: json, body: { requests: [] } }, 400, 'BadRequest'],
    [{ method: 'GET', url: 'https://graph.microsoft.com/v1.0/groups' }, 400, 'BadRequest'],
    [{ method: 'GET', url: '/groups/%00' }, 400, 'Request_BadRequest'],
  ])('%j', async (request, status, code) => {
    const clientRequestId = '4f0c2a4e-35a1-4b8e-9c1d-8f2e7a6b5c4d';
    const headers = { ...('headers' in request && request.headers), 'Client-Request-Id': clientRequestId };
    const [failed, fine] = await batch([
      { id: '1', ...request, headers },
      { id: '2', method: 'GET', url: partners },
    ]);
    expect(failed).toMatchObject({ status, headers: { 'Content-Type': 'application/json' } });
    expect(failed!.body.error).toMatchObject({ code, innerError: { 'client-request-id': clientRequestId } });
    expect(fine!.status).toBe(200);
  });

  test('a missing permission too', async () => {
    const token = await server.addToken(server.tenant, ['group.read']);
    const requests = [partners, '/groups'].map((url, id) => ({ id, method: 'GET', url }));
    const { json } = await send({ requests }, token);
    expect(json.responses.map(({ status }: Response) => status)).toEqual([403, 200]);
  });
});

describe('a batch that is none is refused whole', () => {
  const get = { id: '1', method: 'GET', url: partners };
  test.each([
    [undefined],
    [[]],
    [{}],
    [{ requests: {} }],
    [{ requests: [] }],
    [{ requests: [5] }],
    [{ requests: [{ ...get, id: undefined }] }],
    [{ requests: [{ ...get, id: '' }] }],
    [{ requests: [{ ...get, id: null }] }],
    [{ requests: [{ ...get, url: 5 }] }],
    [{ requests: [{ ...get, method: undefined }] }],
    [{ requests: [{ ...get, headers: { Accept: 5 } }] }],
    [{ requests: [{ ...get, dependsOn: '1' }] }],
    [{ requests: [get, { ...get, id: 1 }] }],
    [{ requests: Array.from({ length: 21 }, (_, id) => ({ ...get, id })) }],
  ])('%j', async (body) => {
    const answer = await send(body);
    expect(answer.status, answer.text).toBe(400);
    expect(answer.json.error.message).not.toBe('');
  });

  test('twenty are not too many', async () => {
    const requests = Array.from({ length: 20 }, (_, id) => ({ ...get, id }));
    expect(await batch(requests)).toHaveLength(20);
  });

  test('without a token', async () => {
    expect((await send({ requests: [get] }, null)).status).toBe(401);
  });
});
