import { afterAll, beforeAll, test } from 'vitest';
import { expectRightLives } from '../support/apple-lives.ts';
import { testServer, type TestServer } from '../support/server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test.each(['mac', 'declaringMac'] as const)(
  'whatever happens to a %s, its users and their profiles, in the end they have what they shall have',
  (kind) => expectRightLives(server, kind),
  900_000,
);
