import { test } from 'vitest';
import { expectRightLives } from '../support/apple-lives.ts';
import { testServer } from '../support/server.ts';

test('whatever happens to an iPhone and its profiles, in the end it has what it shall have', async () => {
  await using server = await testServer();
  await expectRightLives(server, 'iphone');
}, 900_000);

test('so it is where profiles are sent beside what is declared: iPhones fetch them by https alone', async () => {
  await using server = await testServer({ publicUrl: 'http://localhost:8443' });
  await expectRightLives(server, 'iphone');
}, 900_000);
