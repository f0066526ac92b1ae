import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { createAsset } from '../../../policies/index.ts';
import { exampleMsi } from './fixtures/example-msi.ts';
import { msiReader } from './msi-reader.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('a package that many ask for at once is read once', async () => {
  const msi = msiReader();
  const asset = await server.change(server.tenant, (context) =>
    createAsset(context, { fileName: 'a.msi', mimeType: 'application/x-msi', content: exampleMsi }),
  );
  const products = await server.change(server.tenant, (context) =>
    Promise.all([1, 2, 3].map(() => msi.read(context, asset))),
  );
  expect(products[0]).toHaveProperty('productCode');
  // The very same value, not only an equal one.
  expect(new Set(products).size).toBe(1);
});
