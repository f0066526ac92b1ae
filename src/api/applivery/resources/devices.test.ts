import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { createDevice } from '../../../devices/index.ts';
import { hexOfId } from '../../../kernel/id.ts';

let server: TestServer;
let own: WindowsOrganization;
let policy: string;
let europe: number;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'fleet');
  const user = await own.user('ada@example.com', '507f1f77bcf86cd799439001');
  europe = await own.segment('Europe');
  policy = hexOfId((await own.policy('Baseline')).id);
  const laptop = await own.device({
    displayName: 'Laptop',
    serialNumber: 'WIN1',
    tags: ['sales', 'remote'],
    user: { id: user.id, email: user.email },
    summary: {
      name: 'DESKTOP-1',
      os: 'Windows',
      osVersion: '10.0.26100',
      compliance: { compliant: true },
      details: { model: 'Not told here' },
    },
    lastLocation: {
      ip: {
        origin: 'ip',
        date: '2026-02-10T12:00:00.000Z',
        latitude: 40,
        longitude: -3,
        ip: '203.0.113.45',
      },
    },
    enrolledAt: new Date('2026-01-01T00:00:00.000Z'),
    lastStatusReportAt: new Date('2026-02-01T00:00:00.000Z'),
  });
  await own.put(`/devices/${hexOfId(laptop.id)}`, { winPolicyId: policy });
  server.advance(1_000);
  await own.change((context) =>
    createDevice(context, {
      platform: 'apple',
      displayName: 'iPhone',
      serialNumber: 'MAC1',
      imei: '356938035643809',
      segment: europe,
      tags: ['sales'],
      summary: { os: 'iOS', osVersion: '26.1', compliance: { compliant: false } },
    }),
  );
  server.advance(1_000);
  await own.device({ displayName: 'Token', subType: 'enrollment', state: 'PROVISIONING' });
  server.advance(1_000);
  const old = await own.device({ displayName: 'Old', tags: ['museum'] });
  await own.send(`/windows/enterprise/devices/${hexOfId(old.id)}`, { method: 'DELETE' });
});
afterAll(() => server[Symbol.asyncDispose]());

async function names(query: string): Promise<string[]> {
  const { status, json } = await own.send(`/devices/?${query}`);
  expect(status, JSON.stringify(json)).toBe(200);
  expect(json.data.totalDocs).toBe(json.data.items.length);
  return json.data.items.map(({ displayName }: { displayName: string }) => displayName);
}

describe('the devices of all platforms', () => {
  test("have the platform's own id, the organization and what lists show", async () => {
    const { json } = await own.send('/devices?limit=10000');
    const organization = own.tenant.hexId;
    expect(json.data).toMatchObject({ totalDocs: 3, limit: 10_000, hasNextPage: false });
    const [laptop, phone] = json.data.items;
    expect(laptop).toEqual({
      id: laptop.winDevice,
      winDevice: expect.stringMatching(/^[0-9a-f]{24}$/),
      type: 'windows',
      subType: 'device',
      state: 'ACTIVE',
      displayName: 'Laptop',
      organization,
      organizationInfo: { id: organization, name: 'fleet', slug: 'fleet' },
      tags: ['sales', 'remote'],
      mdmUser: { id: '507f1f77bcf86cd799439001', email: 'ada@example.com' },
      summary: {
        name: 'DESKTOP-1',
        os: 'Windows',
        osVersion: '10.0.26100',
        compliance: { compliant: true },
        serialNumber: 'WIN1',
      },
      segmentId: 0,
      enrolledDate: '2026-01-01T00:00:00.000Z',
      lastStatusReportTime: '2026-02-01T00:00:00.000Z',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect(phone).toMatchObject({ type: 'apple', admDevice: phone.id, segmentId: europe });
    expect(phone).not.toHaveProperty('winDevice');
  });

  test('are sorted and paged', async () => {
    const { json } = await own.send('/devices?sort=displayName:desc&limit=2');
    expect(json.data.items.map(({ displayName }: { displayName: string }) => displayName)).toEqual([
      'iPhone',
      'Token',
    ]);
    expect(json.data).toMatchObject({ hasNextPage: true, totalPages: 2 });
  });

  test.each([
    ['type=windows', ['Laptop', 'Token']],
    ['type=apple', ['iPhone']],
    ['type=android', []],
    ['subType=device', ['Laptop', 'iPhone']],
    ['subType=enrollment', ['Token']],
    ['showAll=true', ['Laptop', 'iPhone', 'Token', 'Old']],
    ['state=DELETED', ['Old']],
    ['state=PROVISIONING', ['Token']],
    ['state=NONSENSE', []],
    ['mdmUser=507f1f77bcf86cd799439001', ['Laptop']],
    ['mdmUserId=507f1f77bcf86cd799439001', ['Laptop']],
    ['mdmUser=507f1f77bcf86cd799439002', []],
    ['imei=356938035643809', ['iPhone']],
    ['serialNumber=WIN1', ['Laptop']],
    ['name=desktop', ['Laptop']],
    ['name=PHONE', ['iPhone']],
    ['search=ADA@', ['Laptop']],
    ['search=mac1', ['iPhone']],
    ['search=%25', []],
    ['isCompliance=true', ['Laptop']],
    ['isCompliance=false', ['iPhone']],
    ['tags=sales', ['Laptop', 'iPhone']],
    ['tags[]=remote&tags[]=museum', ['Laptop']],
    ['os=ios', ['iPhone']],
    ['osVersion=26.1', ['iPhone']],
    ['networkIp=203.0.113.45', ['Laptop']],
    ['segmentId=0', ['Laptop', 'Token']],
    ['segmentId=0&expandTo=children', ['Laptop', 'iPhone', 'Token']],
  ])('filter by %s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  test('filter by the policy that they have', async () => {
    expect(await names(`policyId=${policy}`)).toEqual(['Laptop']);
    expect(await names('policyId=507f1f77bcf86cd7994390ff')).toEqual([]);
  });

  test('refuse a filter that there is no data for', async () => {
    const { status, json } = await own.send('/devices?availableUpdate=x');
    expect(status).toBe(400);
    expect(json.error.details).toEqual([{ path: 'availableUpdate', message: 'is not a known property' }]);
    expect((await own.send('/devices?segmentId=99&expandTo=children')).status).toBe(404);
  });

  test('have tags', async () => {
    const { json } = await own.send('/devices/tags?limit=5');
    expect(json.data).toMatchObject({ items: [{ value: 'remote' }, { value: 'sales' }], totalDocs: 2 });
  });

  test('need the permissions of both platforms', async () => {
    for (const permission of ['windows.device.read', 'apple.device.read'] as const) {
      const token = await server.addToken(own.tenant, [permission]);
      const answer = await own.send('/devices', { token });
      expect(answer.status).toBe(403);
    }
    const token = await server.addToken(own.tenant, ['windows.device.read', 'apple.device.read']);
    expect((await own.send('/devices', { token })).status).toBe(200);
  });

  test('of another organization are not there', async () => {
    const stranger = await windowsOrganization(server, 'stranger');
    expect((await stranger.send('/devices?showAll=true')).json.data.items).toEqual([]);
    expect((await stranger.send('/devices/tags')).json.data.items).toEqual([]);
    expect((await stranger.send(`/devices?policyId=${policy}`)).json.data.items).toEqual([]);
  });
});
