import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { createDevice } from '../../../devices/index.ts';
import { hexOfId } from '../../../kernel/id.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe('a device is found', () => {
  let own: WindowsOrganization;
  beforeAll(async () => {
    own = await windowsOrganization(server, 'lookups');
  });
  const find = async (name: string) => {
    const { status, json } = await own.send(`/windows/enterprise/devices/${name}`);
    return status === 200 ? json.data.displayName : status;
  };

  test('by id, serial number and IMEI', async () => {
    const device = await own.device({ displayName: 'Found', serialNumber: 'SN_1', imei: '356938035643809' });
    expect(await find(hexOfId(device.id))).toBe('Found');
    expect(await find(hexOfId(device.id).toUpperCase())).toBe('Found');
    expect(await find('SN_1')).toBe('Found');
    expect(await find('356938035643809')).toBe('Found');
    expect(await find('SN_2')).toBe(404);
    expect((await own.put('/devices/SN_1', { displayName: 'Found again' })).json.data.displayName).toBe(
      'Found again',
    );
  });

  test('not by a name with a hyphen', async () => {
    await own.device({ serialNumber: 'SN-1' });
    expect(await find('SN-1')).toBe(400);
  });

  test('by an id before a serial number of the same form, and by that when no device has the id', async () => {
    const first = await own.device({ displayName: 'By id' });
    await own.device({ displayName: 'By serial number', serialNumber: hexOfId(first.id) });
    await own.device({ displayName: 'Only by serial number', serialNumber: 'abcdefabcdefabcdefabcdef' });
    expect(await find(hexOfId(first.id))).toBe('By id');
    expect(await find('abcdefabcdefabcdefabcdef')).toBe('Only by serial number');
    const changed = await own.put(`/devices/${hexOfId(first.id)}`, { tags: ['x'] });
    expect(changed.json.data.displayName).toBe('By id');
    const other = await own.put('/devices/abcdefabcdefabcdefabcdef', { tags: ['x'] });
    expect(other.json.data.displayName).toBe('Only by serial number');
  });

  test('as the newest of those that are not deleted, and as a deleted one by its id alone', async () => {
    const old = await own.device({ displayName: 'Old', serialNumber: 'TWICE' });
    const current = await own.device({ displayName: 'Current', serialNumber: 'TWICE' });
    expect(await find('TWICE')).toBe('Current');
    await own.send('/windows/enterprise/devices/TWICE', { method: 'DELETE' });
    expect(await find('TWICE')).toBe('Old');
    expect(await find(hexOfId(current.id))).toBe('Current');
    await own.send(`/windows/enterprise/devices/${hexOfId(old.id)}`, { method: 'DELETE' });
    expect(await find('TWICE')).toBe(404);
  });

  test('on its own platform alone', async () => {
    const mac = await own.change((context) =>
      createDevice(context, { platform: 'apple', serialNumber: 'MAC1' }),
    );
    expect(await find('MAC1')).toBe(404);
    expect(await find(hexOfId(mac.id))).toBe(404);
    expect((await own.put(`/devices/${hexOfId(mac.id)}`, {})).status).toBe(404);
  });
});

describe('the list', () => {
  let own: WindowsOrganization;
  const ids: string[] = [];
  beforeAll(async () => {
    own = await windowsOrganization(server, 'lists');
    const user = await own.user('list@example.com', '507f1f77bcf86cd799439001');
    const europe = await own.segment('Europe');
    const madrid = await own.segment('Madrid', europe);
    const policy = await own.policy('Listed');
    for (let index = 0; index < 5; index++) {
      server.advance(1_000);
      const device = await own.device({
        displayName: `Device ${'CABED'[index]}`,
        tags: index % 2 === 0 ? ['even', 'all'] : ['all'],
        user: index === 1 ? { id: user.id, email: user.email } : null,
        segment: [0, europe, madrid, 0, madrid][index]!,
      });
      ids.push(hexOfId(device.id));
    }
    await own.change((context) => createDevice(context, { platform: 'apple', displayName: 'Mac' }));
    await own.put(`/devices/${ids[2]}`, { winPolicyId: hexOfId(policy.id) });
    await own.send(`/windows/enterprise/devices/${ids[4]}`, { method: 'DELETE' });
  });
  const list = async (query: string) => {
    const { status, json } = await own.send(`/windows/enterprise/devices?${query}`);
    expect(status, JSON.stringify(json)).toBe(200);
    return json.data;
  };
  const indexes = async (query: string) =>
    (await list(query)).items.map(({ id }: { id: string }) => ids.indexOf(id));

  test('has pages in the order asked for', async () => {
    const first = await list('limit=3&sort=createdAt:desc');
    expect(first).toMatchObject({
      totalDocs: 4,
      limit: 3,
      page: 1,
      totalPages: 2,
      hasNextPage: true,
      nextPage: 2,
    });
    expect(first.items.map(({ id }: { id: string }) => ids.indexOf(id))).toEqual([3, 2, 1]);
    const second = await list('limit=3&sort=createdAt:desc&page=2');
    expect(second).toMatchObject({ totalDocs: 4, page: 2, hasNextPage: false, nextPage: null });
    expect(second.items.map(({ id }: { id: string }) => ids.indexOf(id))).toEqual([0]);
    expect(await indexes('')).toEqual([0, 1, 2, 3]);
    expect(await indexes('sort=displayName')).toEqual([1, 2, 0, 3]);
    expect((await list('page=9')).items).toEqual([]);
    expect((await list('limit=10000')).limit).toBe(200);
  });

  test('has whole devices', async () => {
    const { items } = await list('limit=3');
    const single = await own.send(`/windows/enterprise/devices/${ids[2]}`);
    expect(items[2]).toEqual(single.json.data);
    expect(items[2].deviceWinPolicy.name).toBe('Listed');
  });

  test.each([
    ['mdm-user=507f1f77bcf86cd799439001', [1]],
    ['show-deleted=true', [0, 1, 2, 3, 4]],
    ['show-deleted=false', [0, 1, 2, 3]],
    ['tags=even', [0, 2]],
    ['tags=even&tags=all', [0, 1, 2, 3]],
    ['tags[]=even', [0, 2]],
    ['tags[]=nothing&tags[]=even', [0, 2]],
    ['tags=nothing&tags[]=even', [0, 2]],
    ['tags=nothing', []],
    ['segmentId=0', [0, 3]],
    ['segmentId=1', [1]],
    ['segmentId=1&expandTo=children', [1, 2]],
    ['segmentId=2&expandTo=ancestors', [0, 1, 2, 3]],
    ['segmentId=2&tags=even&show-deleted=true', [2, 4]],
  ])('filters by %s', async (query, expected) => {
    expect(await indexes(query)).toEqual(expected);
  });

  test.each([
    ['sort=password', 'sort', /createdAt/],
    ['limit=0', 'limit', /1/],
    ['limit=10001', 'limit', /10000/],
    ['page=x', 'page', /integer/],
    ['colour=red', 'colour', /not a known/],
    ['expandTo=all&segmentId=1', 'expandTo', /ancestors/],
    ['mdm-user=1', 'mdm-user', /^must be an id of 24 hexadecimal digits$/],
  ])('refuses %s', async (query, path, message) => {
    const { status, json } = await own.send(`/windows/enterprise/devices?${query}`);
    expect(status).toBe(400);
    expect(json.error.details).toContainEqual({ path, message: expect.stringMatching(message) });
  });
});
