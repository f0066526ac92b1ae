import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { windowsOrganization } from '../../../test/support/windows-organization.ts';
import { hexOfId } from '../../kernel/id.ts';
import { operatorScope } from '../../tenancy/index.ts';
import { desiredStateOf } from './desired-state.ts';
import { documentReader } from './document-reader.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

test('documents are read once, each organization its own, and what was not asked for longest goes first', async () => {
  const organizations = await Promise.all(['one', 'two'].map((slug) => windowsOrganization(server, slug)));
  const documents = documentReader(3);
  const statements: number[] = [];
  const readOf = async (organization: (typeof organizations)[number], name: string) => {
    const config = { [`./Device/Vendor/MSFT/${name}/A`]: 1, [`./Device/Vendor/MSFT/${name}/B`]: 2 };
    const policy = await organization.policy(name, { config });
    const device = await organization.device();
    await organization.put(`/devices/${hexOfId(device.id)}`, { winPolicyId: hexOfId(policy.id) });
    const read = { db: server.database, scope: operatorScope(organization.tenant.organization, 'test') };
    return async () => {
      server.takeStatements();
      const state = await desiredStateOf(read, device.id, documents);
      statements.push(server.takeStatements().filter((text) => text.includes('"policies_document"')).length);
      return state?.document?.settings.map(({ title }) => title);
    };
  };
  const [one, other] = organizations;
  const [first, second] = [await readOf(one!, 'First'), await readOf(other!, 'Second')];
  const settings = (name: string) => ['A', 'B'].map((part) => `./Device/Vendor/MSFT/${name}/${part}`);
  expect([await first(), await first()]).toEqual([settings('First'), settings('First')]);
  // Two of them are four settings, which are one too many.
  expect([await second(), await second(), await first()]).toEqual([
    settings('Second'),
    settings('Second'),
    settings('First'),
  ]);
  expect(statements).toEqual([1, 0, 1, 0, 1]);
});
