import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../test/support/server.ts';
import { createGroup, type AssignmentTarget } from '../directory/index.ts';
import type { Id } from '../kernel/id.ts';
import { createPolicy } from './change-policy.ts';
import { deviceConfigurations as family } from './device-configurations.ts';
import type { NamedTarget } from './target.ts';
import { addTarget, changeTarget, replaceTargets, targetsOfPolicies } from './targets.ts';
import { windowsPolicies } from './windows-policy.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const named = (target: AssignmentTarget): NamedTarget => ({ target, path: 'target' });
const devices = named({ kind: 'allDevices' });
const users = named({ kind: 'allLicensedUsers' });

const newPolicy = (tenant: Tenant) =>
  server.change(
    tenant,
    async (context) =>
      (
        await createPolicy(context, family, {
          kind: 'macOSGeneralDeviceConfiguration',
          name: 'x',
          document: {},
        })
      ).id,
  );
const newGroup = (tenant: Tenant) =>
  server.change(
    tenant,
    async (context) => (await createGroup(context, { displayName: 'x', mailNickname: 'x' })).id,
  );
const replace = (policy: Id, targets: readonly NamedTarget[]) =>
  server.change(server.tenant, (context) => replaceTargets(context, family, policy, targets));

test('what stays in the set, however it is written or filtered, keeps the moment since which it is there', async () => {
  const policy = await newPolicy(server.tenant);
  const groupId = await newGroup(server.tenant);
  const first = server.now();
  await replace(policy, [devices, named({ kind: 'group', groupId })]);
  server.advance(1_000);
  const filter = { id: 'filter', type: 'include' } as const;
  const since = (targets: readonly { target: AssignmentTarget; createdAt: Date }[]) =>
    new Map(targets.map(({ target, createdAt }) => [target.kind, createdAt]));
  expect(since(await replace(policy, [users, named({ kind: 'group', groupId, filter })]))).toEqual(
    new Map([
      ['allLicensedUsers', server.now()],
      ['group', first],
    ]),
  );
  const added = server.now();
  server.advance(1_000);
  await server.change(server.tenant, (context) =>
    changeTarget(context, family, policy, groupId, () => named({ kind: 'exclusionGroup', groupId })),
  );
  expect(since(await replace(policy, [devices, users, named({ kind: 'exclusionGroup', groupId })]))).toEqual(
    new Map([
      ['allDevices', server.now()],
      ['allLicensedUsers', added],
      ['exclusionGroup', first],
    ]),
  );
});

test('the targets of many policies come in one statement, those of another organization not at all', async () => {
  const other = await server.addTenant('targets');
  const [one, two, without] = await Promise.all([1, 2, 3].map(() => newPolicy(server.tenant)));
  const foreign = await newPolicy(other);
  await server.change(other, (context) => replaceTargets(context, family, foreign, [devices]));
  await replace(one!, [users, devices]);
  await replace(two!, [devices]);
  await server.change(server.tenant, async (context) => {
    server.takeStatements();
    const targets = await targetsOfPolicies(context, [one!, two!, without!, foreign]);
    expect(server.takeStatements()).toHaveLength(1);
    const kinds = [...targets].map(([id, list]) => [id, list.map(({ target }) => target.kind)] as const);
    expect(Object.fromEntries(kinds)).toEqual({
      [one!]: ['allLicensedUsers', 'allDevices'],
      [two!]: ['allDevices'],
    });
    expect(await targetsOfPolicies(context, [])).toEqual(new Map());
    await expect(replaceTargets(context, family, foreign, [])).rejects.toMatchObject({ code: 'notFound' });
    await expect(addTarget(context, windowsPolicies, one!, devices)).rejects.toMatchObject({
      code: 'notFound',
    });
  });
});

test('a group of another organization is none', async () => {
  const policy = await newPolicy(server.tenant);
  const groupId = await newGroup(await server.addTenant('groups-of-targets'));
  await expect(replace(policy, [devices, named({ kind: 'exclusionGroup', groupId })])).rejects.toMatchObject({
    code: 'invalidInput',
    violations: [{ path: 'target.groupId', message: expect.stringContaining(groupId) }],
  });
});
