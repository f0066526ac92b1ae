import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { Secret } from '../../../kernel/secret.ts';
import { createAsset } from '../../../policies/index.ts';
import { contentUrl } from './content-token.ts';

const content = Buffer.from(
  Array.from({ length: 2_500_000 }, (_, index) => (index * 31 + (index >> 8)) & 0xff),
);

let server: TestServer;
let path: string;
beforeAll(async () => {
  server = await testServer();
  path = await server.change(server.tenant, async (context) => {
    const asset = await createAsset(context, { fileName: 'a.msi', mimeType: 'text/html', content });
    return contentUrl(context, '', asset.id);
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (url: string, range?: string, method: 'GET' | 'HEAD' = 'GET') =>
  server.app.server.inject({ method, url, headers: range === undefined ? {} : { range } });

test('whoever has the address has the file', async () => {
  const answer = await get(path);
  expect(answer.statusCode).toBe(200);
  expect(answer.rawPayload.equals(content)).toBe(true);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
    'content-length': '2500000',
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-store',
  });
});

test('a part of it can be asked for', async () => {
  const answer = await get(path, 'bytes=1048000-2100000');
  expect(answer.statusCode).toBe(206);
  expect(answer.headers['content-range']).toBe('bytes 1048000-2100000/2500000');
  expect(answer.rawPayload.equals(content.subarray(1_048_000, 2_100_001))).toBe(true);
  expect((await get(path, 'bytes=2500000-')).statusCode).toBe(416);
});

test('HEAD tells how long it is', async () => {
  const { statusCode, headers, rawPayload } = await get(path, undefined, 'HEAD');
  expect([statusCode, headers['content-length'], rawPayload.length]).toEqual([200, '2500000', 0]);
});

test.each([
  ['nothing that was sealed', '/content/abc'],
  ['no base64', '/content/%C3%A4%25'],
  ['very much', `/content/${'A'.repeat(400)}`],
])('%s opens nothing', async (_, url) => {
  expect((await get(url)).statusCode).toBe(404);
});

test('what was sealed for something else, or was changed, opens nothing', async () => {
  const other = server.secrets.seal(new Secret('a b 9999999999999'), 'other').toString('base64url');
  expect((await get(`/content/${other}`)).statusCode).toBe(404);
  const changed = path.slice(0, -4) + (path.endsWith('AAAA') ? 'BBBB' : 'AAAA');
  expect((await get(changed)).statusCode).toBe(404);
});

test('the address is in no log', async () => {
  await get(path);
  expect(server.logged()).not.toContain(path.slice('/content/'.length));
});

test('other methods are refused', async () => {
  const { statusCode, headers } = await server.app.server.inject({ method: 'POST', url: path });
  expect([statusCode, headers.allow]).toEqual([405, 'GET, HEAD']);
});

test('after three days it opens nothing', async () => {
  server.advance(3 * 24 * 3_600_000 - 1);
  expect((await get(path)).statusCode).toBe(200);
  server.advance(1);
  expect((await get(path)).statusCode).toBe(404);
});
