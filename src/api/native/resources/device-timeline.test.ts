import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { createDevice, deviceKey, moveDevice, type Device, type NewDevice } from '../../../devices/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import type { Permission } from '../../../tenancy/index.ts';

let server: TestServer;
let own: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'own');
});
afterAll(() => server[Symbol.asyncDispose]());

const get = (path: string, { tenant }: WindowsOrganization = own) =>
  server.send({
    url: `/api/v1/organizations/${tenant.organization.slug}/devices${path}`,
    token: tenant.token,
  });
const getWith = async (permissions: readonly Permission[], path: string) => {
  const token = await server.addToken(own.tenant, permissions);
  return server.send({ url: `/api/v1/organizations/own/devices${path}`, token });
};
const apple = (input: Omit<NewDevice, 'platform'>, of = own): Promise<Device> =>
  of.change((context) => createDevice(context, { platform: 'apple', ...input }));

test('the timeline tells changes, states and the last report, newest first', async () => {
  const day = 24 * 3_600_000;
  const first = server.now();
  const policy = await own.policy('Timeline');
  const reportedAt = new Date(first.getTime() + 2 * day + 1);
  const device = await own.device({
    displayName: 'Before',
    lastStatusReportAt: reportedAt,
    config: { wifi: 'hidden inventory' },
  });
  const path = `/devices/${hexOfId(device.id)}`;
  server.advance(day);
  await own.put(path, { displayName: 'After', tags: ['new'], winPolicyId: hexOfId(policy.id) });
  server.advance(day);
  const segment = await own.segment('Oslo');
  await own.change((context) =>
    moveDevice(context, 'windows', deviceKey(hexOfId(device.id)), undefined, segment),
  );
  server.advance(day);
  await own.send(`/windows/enterprise${path}`, { method: 'DELETE' });
  // Somebody else's changes are not in it.
  await own.device();

  const at = (days: number) => new Date(first.getTime() + days * day).toISOString();
  const actor = { kind: 'serviceAccount', id: expect.any(String), name: 'all' };
  const operator = { kind: 'operator', id: null, name: 'operator' };
  const { json } = await get(`/${device.id}/timeline`);
  expect(json.next).toBe(null);
  expect(json.items).toEqual([
    {
      id: expect.any(String),
      at: at(3),
      kind: 'change',
      title: 'all ended the management of the device.',
      actor,
      details: {
        action: 'windows.device.remove',
        before: { state: 'ACTIVE', primaryPolicyId: policy.id },
        after: { state: 'DELETED', primaryPolicyId: null },
      },
    },
    {
      id: expect.any(String),
      at: at(3),
      kind: 'state',
      title: 'The management of the device ended.',
      actor: null,
      details: { state: 'DELETED', reason: 'removed-by-administrator' },
    },
    {
      id: expect.any(String),
      at: reportedAt.toISOString(),
      kind: 'report',
      title: 'The device reported its status.',
      actor: null,
      details: {},
    },
    {
      id: expect.any(String),
      at: at(2),
      kind: 'change',
      title: 'operator moved the device to another segment.',
      actor: operator,
      details: { action: 'windows.device.move', before: { segment: 0 }, after: { segment } },
    },
    {
      id: expect.any(String),
      at: at(1),
      kind: 'change',
      title: 'all changed the name, primary policy, and tags of the device.',
      actor,
      details: {
        action: 'windows.device.update',
        before: { displayName: 'Before', tags: [], primaryPolicyId: null },
        after: { displayName: 'After', tags: ['new'], primaryPolicyId: policy.id },
      },
    },
    {
      id: expect.any(String),
      at: at(0),
      kind: 'change',
      title: 'operator added the device.',
      actor: operator,
      details: { action: 'windows.device.create' },
    },
    {
      id: expect.any(String),
      at: at(0),
      kind: 'state',
      title: 'The device became active.',
      actor: null,
      details: { state: 'ACTIVE', reason: 'initial-enrollment' },
    },
  ]);

  const walked: object[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page = await get(`/${device.id}/timeline?limit=2${after && `&after=${after}`}`);
    expect(page.json.items.length).toBeLessThanOrEqual(2);
    walked.push(...page.json.items);
    after = page.json.next;
  }
  expect(walked).toEqual(json.items);

  const withoutAudit = await getWith(['windows.device.read', 'apple.device.read'], `/${device.id}/timeline`);
  const titles = (items: { title: string }[]) => items.map(({ title }) => title);
  expect(titles(withoutAudit.json.items)).toEqual(
    titles(json.items).map((title) => title.replace(/^(all|operator)/, 'Somebody')),
  );
  expect(withoutAudit.json.items[0]).toEqual({
    ...json.items[0],
    title: 'Somebody ended the management of the device.',
    actor: null,
  });
  for (const name of ['operator', 'serviceAccount']) expect(withoutAudit.text).not.toContain(name);
});

test('the timeline tells what waits and why, to those who may read policies', async () => {
  const node = (name: string) => `./Device/Vendor/MSFT/Policy/Config/Waiting/${name}`;
  const policy = await own.policy('Waiting', { config: { [node('A')]: 1, [node('B')]: 2, [node('C')]: 3 } });
  const config = { [node('A')]: 1, [node('C')]: { isError: true, status: 404, reason: 'Not found' } };
  const device = await own.device({ enrolledAt: server.now(), config });
  await own.put(`/devices/${hexOfId(device.id)}`, { winPolicyId: hexOfId(policy.id) });
  const waiting = async (answer: Awaited<ReturnType<typeof get>>) =>
    answer.json.items.filter(({ kind }: { kind: string }) => kind === 'waiting');
  expect(await waiting(await get(`/${device.id}/timeline`))).toMatchObject([
    {
      title: 'One setting is in error: The device reported 404 Not found.',
      details: { state: 'error', settings: 1, keys: [node('C').toLowerCase()] },
    },
    {
      title: 'One setting is pending: The device has not enrolled, so nothing is sent to it.',
      at: device.enrolledAt!.toISOString(),
      details: { state: 'pending', settings: 1, keys: [node('B').toLowerCase()] },
    },
  ]);
  const permissions = ['windows.device.read', 'apple.device.read'] as const;
  expect(await waiting(await getWith(permissions, `/${device.id}/timeline`))).toEqual([]);
});

test('an Apple device has a timeline too', async () => {
  const mac = await apple({ state: 'PROVISIONING', reason: 'ordered' });
  const { json } = await get(`/${mac.id}/timeline`);
  expect(json.items).toMatchObject([
    { kind: 'change', details: { action: 'apple.device.create' } },
    {
      kind: 'state',
      title: 'The device is being set up.',
      details: { state: 'PROVISIONING', reason: 'ordered' },
    },
  ]);
  const wrong = await get(`/${mac.id}/timeline?after=1`);
  expect(wrong).toMatchObject({ status: 400, json: { violations: [{ path: 'after' }] } });
});
