import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolledAppleDevice } from '../../../../test/support/enrolled-apple-device.ts';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { createDevice, type Device, type NewDevice } from '../../../devices/index.ts';
import { saveInventory } from '../../../devices/inventory/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';

let server: TestServer;
let own: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'orchard');
});
afterAll(() => server[Symbol.asyncDispose]());

const base = '/apple/enterprise/devices';
const urlOf = ({ id }: Device) => `${base}/${hexOfId(id)}`;
const apple = (input: Omit<NewDevice, 'platform'> = {}) =>
  own.change((context) => createDevice(context, { platform: 'apple', ...input }));
const put = (device: Device, body: unknown, headers = {}) =>
  own.send(urlOf(device), { method: 'PUT', body, headers });
const remove = (device: Device, headers = {}) => own.send(urlOf(device), { method: 'DELETE', headers });
const auditOf = ({ id }: Device) =>
  own.change((context) => listAuditEvents(context, { targetType: 'appleDevice', targetId: id, limit: 20 }));
const wakeJobs = async () => {
  const woken: unknown[] = [];
  await server.runJobs({
    'devices.wakeApple': async (payload: unknown) => void woken.push(payload),
  });
  return woken;
};

test('a device is shown with what it told, and found by id, serial number and IMEI', async () => {
  const user = await own.user('ada@example.com');
  const device = await apple({
    displayName: 'iPhone of Ada',
    serialNumber: 'C39ADA',
    imei: '356938035643809',
    platformId: '00008120-000A',
    tags: ['sales'],
    user: { id: user.id, email: user.email },
    summary: { name: 'iPhone', os: 'iOS', osVersion: '26.1', supervised: true, details: { model: 'iPhone' } },
    enrolledAt: new Date('2026-02-01T00:00:00Z'),
    lastStatusReportAt: new Date('2026-02-02T00:00:00Z'),
  });
  const reported = server.now().toISOString();
  await own.change(async (context) => {
    const information = { QueryResponses: { DeviceName: 'iPhone', OSVersion: '26.1' } };
    await saveInventory(context, device.id, 'device', information);
    await saveInventory(context, device.id, 'security', { SecurityInfo: { PasscodePresent: true } });
    await saveInventory(context, device.id, 'applications', { InstalledApplicationList: [] });
  });
  const shown = {
    id: hexOfId(device.id),
    organizationId: own.tenant.hexId,
    admEnterpriseId: own.tenant.hexId,
    admId: '00008120-000A',
    type: 'apple',
    mdmUser: { id: hexOfId(user.id), email: 'ada@example.com' },
    displayName: 'iPhone of Ada',
    tags: ['sales'],
    state: 'ACTIVE',
    subType: 'device',
    stateHistory: [{ state: 'ACTIVE', date: reported, config: { reason: 'initial-enrollment' } }],
    config: {
      DeviceInformation: { DeviceName: 'iPhone', OSVersion: '26.1' },
      SecurityInfo: { PasscodePresent: true },
    },
    configDates: { DeviceInformation: reported, SecurityInfo: reported },
    customConfig: {},
    summary: {
      name: 'iPhone',
      os: 'iOS',
      osVersion: '26.1',
      supervised: true,
      serialNumber: 'C39ADA',
      imei: '356938035643809',
    },
    lastLocation: {},
    refreshInfoNeeded: [],
    segmentId: 0,
    enrolledDate: '2026-02-01T00:00:00.000Z',
    lastStatusReportTime: '2026-02-02T00:00:00.000Z',
    updatedAt: reported,
    createdAt: reported,
  };
  for (const key of [hexOfId(device.id), 'C39ADA', '356938035643809']) {
    const answer = await own.send(`${base}/${key}`);
    expect(answer.json, key).toEqual({ status: true, data: shown });
    expect(answer.headers['etag']).toBe('W/"1"');
  }
  const listed = await own.send(`${base}?tags=sales`);
  expect(listed.json.data).toMatchObject({ totalDocs: 1, items: [shown] });
  const unified = await own.send(`/devices/${hexOfId(device.id)}`);
  expect(unified.json.data).toMatchObject({ id: shown.id, type: 'apple', admDevice: shown.id });
  expect(unified.json.data.summary).toEqual(shown.summary);
});

test('the list has Apple devices alone, in pages, sorted and filtered, in a constant number of statements', async () => {
  const many = await windowsOrganization(server, 'many');
  const segment = await many.segment('Oslo');
  const user = await many.user('eve@example.com');
  await many.device({ displayName: 'PC' });
  for (const name of ['C', 'A', 'B']) {
    await many.change((context) =>
      createDevice(context, {
        platform: 'apple',
        displayName: name,
        ...(name === 'A' && { segment, user: { id: user.id, email: user.email } }),
        ...(name === 'B' && { state: 'DELETED' as const }),
      }),
    );
  }
  const names = async (query: string) => {
    const { json } = await many.send(`${base}${query}`);
    return json.data.items.map(({ displayName }: { displayName: string }) => displayName);
  };
  expect(await names('')).toEqual(['C', 'A']);
  expect(await names('?sort=displayName:desc&show-deleted=true')).toEqual(['C', 'B', 'A']);
  expect(await names('?sort=displayName&show-deleted=true&limit=1&page=2')).toEqual(['B']);
  expect(await names(`?segmentId=${segment}`)).toEqual(['A']);
  expect(await names(`?mdm-user=${hexOfId(user.id)}`)).toEqual(['A']);
  expect(await names('?adm-policy=507f1f77bcf86cd799439011')).toEqual([]);
  server.takeStatements();
  await many.send(`${base}?limit=1`);
  const ofOne = server.takeStatements().length;
  await many.send(`${base}?limit=50`);
  expect(server.takeStatements()).toHaveLength(ofOne);
  expect((await many.send(`${base}?sort=config`)).json.error).toMatchObject({
    code: 5209,
    details: [{ path: 'sort' }],
  });
});

describe('a change', () => {
  test('keeps what it does not name, is one audit event, and an answer can be sent back', async () => {
    const device = await apple({ displayName: 'A', tags: ['one'] });
    const user = await own.user('grace@example.com');
    const segment = await own.segment('Lima');
    const changed = await put(device, {
      tags: ['two', 'two'],
      mdmUserId: hexOfId(user.id),
      segmentId: String(segment),
      policyId: null,
      admPolicyAssignments: [],
      scripts: [],
    });
    expect(changed.json.data).toMatchObject({
      displayName: 'A',
      tags: ['two'],
      segmentId: segment,
      mdmUser: { email: 'grace@example.com' },
    });
    const again = await put(device, changed.json.data, { 'if-match': String(changed.headers['etag']) });
    expect(again.json).toEqual(changed.json);
    expect(again.headers['etag']).toBe('W/"2"');
    const events = await auditOf(device);
    expect(events.map(({ action, before, after }) => ({ action, before, after }))).toEqual([
      {
        action: 'apple.device.update',
        before: { tags: ['one'], user: null, segment: 0 },
        after: { tags: ['two'], user: { id: user.id, email: user.email }, segment },
      },
      expect.objectContaining({ action: 'apple.device.create' }),
    ]);
    expect((await put(device, { mdmUserId: null })).json.data).not.toHaveProperty('mdmUser');
    const stale = await put(device, { displayName: 'B' }, { 'if-match': 'W/"1"' });
    expect(stale.status).toBe(412);
  });

  const stranger = '507f1f77bcf86cd7994390ff';
  const cases: [string, object, string, RegExp][] = [
    ['an unknown user', { mdmUserId: stranger }, 'mdmUserId', /'507f.*' is not a user of this organization/],
    ['an unknown segment', { segmentId: 99 }, 'segmentId', /99 is not a segment/],
    ['too long a name', { displayName: 'x'.repeat(129) }, 'displayName', /128/],
    ['a tag that is no text', { tags: [1] }, 'tags[0]', /string/],
    ['a policy', { policyId: stranger }, 'policyId', /device configurations of Microsoft Graph/],
    [
      'policies',
      { admPolicyAssignments: [{ admPolicyId: stranger, priority: 1 }] },
      'admPolicyAssignments',
      /leave it out or empty/,
    ],
    ['profiles', { profiles: [{}] }, 'profiles', /leave it out or empty/],
    ['scripts', { scripts: [{ id: stranger }] }, 'scripts', /runs no scripts on Apple devices/],
    ['applications', { applications: [{}] }, 'applications', /leave it out or empty/],
    ['smart attributes', { smartAttributeAssignments: [{}] }, 'smartAttributeAssignments', /has no smart/],
  ];
  test.each(cases)('with %s is refused and changes nothing', async (_, body, path, message) => {
    const device = await apple({ displayName: 'Untouched' });
    const answer = await put(device, { displayName: 'Touched', ...body });
    expect(answer.status).toBe(400);
    expect(answer.json.error).toMatchObject({ code: 5209, details: [{ path }] });
    expect(answer.json.error.details[0].message).toMatch(message);
    expect((await own.send(urlOf(device))).json.data.displayName).toBe('Untouched');
  });

  test('of a device that is not there, or is of the other platform, is refused', async () => {
    const windows = await own.device();
    for (const key of [stranger, hexOfId(windows.id), 'NOSUCHSERIAL']) {
      const url = `${base}/${key}`;
      const info = { info: ['hardware'] };
      for (const answer of [
        await own.send(url),
        await own.send(url, { method: 'PUT', body: { tags: [] } }),
        await own.send(url, { method: 'DELETE' }),
        await own.send(`${url}/info`, { method: 'POST', body: info }),
      ]) {
        expect(answer).toMatchObject({ status: 404, json: { status: false, error: { code: 3001 } } });
      }
    }
  });
});

describe('the end of the management', () => {
  test('of a device that is not enrolled is at once, and it loses its user', async () => {
    const user = await own.user('leaver@example.com');
    const device = await apple({ displayName: 'Lost', user: { id: user.id, email: user.email } });
    // Those that enrolled before have reasons of their own.
    await wakeJobs();
    const removed = await remove(device);
    expect(removed.json).toEqual({ status: true, data: { delete: true, state: 'DELETED' } });
    expect(await wakeJobs()).toEqual([]);
    const { data } = (await own.send(urlOf(device))).json;
    expect(data).toMatchObject({ state: 'DELETED', displayName: 'Lost' });
    expect(data).not.toHaveProperty('mdmUser');
    expect((await remove(device)).status).toBe(404);
    expect((await own.send(`/users/${hexOfId(user.id)}`, { method: 'DELETE' })).status).toBe(200);
  });

  test('of an enrolled device waits until it has left, and wakes it, again when asked again', async () => {
    const user = await own.user('waiting@example.com');
    const { device, leave } = await enrolledAppleDevice(server, own.tenant, { serialNumber: 'C39LEAVE' });
    const { headers } = await put(device, { mdmUserId: hexOfId(user.id) });
    await wakeJobs();
    const stale = await remove(device, { 'if-match': 'W/"1"' });
    expect(stale.status).toBe(412);
    expect(await wakeJobs()).toEqual([]);
    const asked = await remove(device, { 'if-match': String(headers['etag']) });
    expect(asked.json.data).toEqual({ delete: true, state: 'DELETE_REQUESTED' });
    expect(await wakeJobs()).toEqual([{ organization: 'orchard' }]);
    const again = await remove(device);
    expect(again.json.data).toEqual({ delete: true, state: 'DELETE_REQUESTED' });
    expect(await wakeJobs()).toEqual([{ organization: 'orchard' }]);
    const events = await auditOf(device);
    expect(events.filter(({ action }) => action === 'apple.device.remove')).toMatchObject([
      { before: { state: 'ACTIVE' }, after: { state: 'DELETE_REQUESTED' } },
    ]);
    await leave();
    const { data } = (await own.send(urlOf(device))).json;
    expect(data.stateHistory.map(({ state }: { state: string }) => state)).toEqual([
      'PROVISIONING',
      'ACTIVE',
      'DELETE_REQUESTED',
      'DELETED',
    ]);
    expect(data).not.toHaveProperty('mdmUser');
    expect((await own.send(`/users/${hexOfId(user.id)}`, { method: 'DELETE' })).status).toBe(200);
  });
});

test('an enrolled device is asked to report again, another is not', async () => {
  const { device, leave } = await enrolledAppleDevice(server, own.tenant);
  const info = (of: Device, body: unknown) => own.send(`${urlOf(of)}/info`, { method: 'POST', body });
  expect((await info(device, { info: ['hardware', 'applications'] })).json.data.id).toBe(hexOfId(device.id));
  expect(await wakeJobs()).toEqual([{ organization: 'orchard' }]);
  expect((await info(device, { info: ['weather'] })).json.error.details).toMatchObject([{ path: 'info[0]' }]);
  expect((await info(device, {})).status).toBe(400);
  await leave();
  expect((await info(device, { info: ['hardware'] })).json.error.details[0].message).toMatch(
    /is not enrolled/,
  );
  const refused = await info(await apple({ displayName: 'Never' }), { info: ['hardware'] });
  expect(refused.status).toBe(400);
  expect(refused.json.error.details[0].message).toMatch(/'Never' is not enrolled/);
  expect(await wakeJobs()).toEqual([]);
});
