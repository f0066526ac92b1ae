import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type Tenant, type TestServer } from '../../test/support/server.ts';
import { sql } from '../database/index.ts';
import { deepestSegment } from './segment-tree.ts';
import {
  createSegment,
  expandSegment,
  readSegmentTree,
  removeSegment,
  requireSegment,
  updateSegment,
} from './segments.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const newSegment = (tenant: Tenant, name: string, parentId = 0) =>
  server.change(tenant, (context) => createSegment(context, { name, parentId }));

test('the root is there without a row and bears the name of the organization', async () => {
  const tenant = await server.addTenant('root');
  await server.change(tenant, async (context) => {
    expect(await requireSegment(context, 0)).toMatchObject({ id: 0, parentId: null, name: 'root' });
    expect(await readSegmentTree(context, 0)).toMatchObject({ node: { id: 0 }, children: [] });
    for (const refused of [removeSegment(context, 0), updateSegment(context, 0, { name: 'x' })]) {
      await expect(refused).rejects.toMatchObject({ code: 'invalidInput' });
    }
  });
});

test('concurrent creations get different ids, and ids are not given twice', async () => {
  const tenant = await server.addTenant('ids');
  const made = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => newSegment(tenant, name)));
  expect(new Set(made.map((segment) => segment.id))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  await server.change(tenant, (context) => removeSegment(context, 6));
  expect((await newSegment(tenant, 'g')).id).toBe(7);
  const other = await server.addTenant('other-ids');
  expect((await newSegment(other, 'a')).id).toBe(1);
});

test('two moves at once cannot close a circle', async () => {
  const tenant = await server.addTenant('circle');
  const one = await newSegment(tenant, 'one');
  const two = await newSegment(tenant, 'two');
  const outcomes = await Promise.allSettled([
    server.change(tenant, (context) => updateSegment(context, one.id, { parentId: two.id })),
    server.change(tenant, (context) => updateSegment(context, two.id, { parentId: one.id })),
  ]);
  expect(outcomes.map((outcome) => outcome.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const tree = await server.change(tenant, (context) => readSegmentTree(context, 0));
  expect(tree.children).toHaveLength(1);
  expect(tree.children[0]!.children).toHaveLength(1);
});

test('a segment widens to those above or below it', async () => {
  const tenant = await server.addTenant('expand');
  const top = await newSegment(tenant, 'top');
  const middle = await newSegment(tenant, 'middle', top.id);
  const leaf = await newSegment(tenant, 'leaf', middle.id);
  const aside = await newSegment(tenant, 'aside');
  await server.change(tenant, async (context) => {
    expect(await expandSegment(context, middle.id, 'ancestors')).toEqual([middle.id, top.id, 0]);
    expect(await expandSegment(context, middle.id, 'children')).toEqual([middle.id, leaf.id]);
    expect(await expandSegment(context, 0, 'children')).toEqual([0, top.id, middle.id, leaf.id, aside.id]);
    await expect(expandSegment(context, 99, 'children')).rejects.toMatchObject({ code: 'notFound' });
  });
});

test('the tree has a limited depth, for a moved branch too', async () => {
  const tenant = await server.addTenant('deep');
  let parentId = 0;
  for (let depth = 1; depth <= deepestSegment; depth++) {
    parentId = (await newSegment(tenant, `level ${depth}`, parentId)).id;
  }
  const tooDeep = {
    code: 'invalidInput',
    violations: [{ path: 'parentId', message: 'segments can be at most 32 levels deep' }],
  };
  await expect(newSegment(tenant, 'below', parentId)).rejects.toMatchObject(tooDeep);
  const branch = await newSegment(tenant, 'branch');
  await newSegment(tenant, 'twig', branch.id);
  const move = (to: number) =>
    server.change(tenant, (context) => updateSegment(context, branch.id, { parentId: to }));
  await expect(move(parentId - 1)).rejects.toMatchObject(tooDeep);
  expect(await move(parentId - 2)).toMatchObject({ parentId: parentId - 2, revision: 2 });
});

test('a segment that something refers to is not removed', async () => {
  const tenant = await server.addTenant('in-use');
  const segment = await newSegment(tenant, 'Shop');
  await sql
    .raw(
      `create table test_policy (organization_id uuid, segment_id integer,
         foreign key (organization_id, segment_id) references directory_segment)`,
    )
    .execute(server.database.connection);
  await sql`insert into test_policy values (${tenant.organization.id}, ${segment.id})`.execute(
    server.database.connection,
  );
  const removed = server.change(tenant, (context) => removeSegment(context, segment.id));
  await expect(removed).rejects.toMatchObject({
    code: 'inUse',
    message:
      "The segment 'Shop' still has devices, policies, enrolments or enrolment templates in it. Move or remove them first.",
  });
});

test('an id beyond what a segment can have is not found', async () => {
  await server.change(server.tenant, async (context) => {
    await expect(requireSegment(context, 2 ** 31)).rejects.toMatchObject({ code: 'notFound' });
    await expect(requireSegment(context, 7)).rejects.toMatchObject({ code: 'notFound' });
  });
});
