import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../test/support/server.ts';
import { windowsOrganization, type WindowsOrganization } from '../../../test/support/windows-organization.ts';
import type { User } from '../../directory/index.ts';
import { parseHexId, type Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import type { Device } from '../index.ts';
import { idsOfAudience, listAudienceMembers, matchAudience } from './index.ts';

let server: TestServer;
let own: WindowsOrganization;
let users: User[];
let devices: Device[];

const tags = ['sales', 'remote', 'department:Sales', ''];
const metadata: JsonObject[] = [
  {},
  { department: 'Sales' },
  { department: '7' },
  { department: 7 },
  { department: 1e21 },
  { department: 0.1 },
  { department: -0 },
  { department: true },
  { department: 'true' },
  { department: null },
  { department: ['Sales'] },
  { department: { Sales: 'Sales' } },
  { 'a"\\': '\\"' },
];

beforeAll(async () => {
  server = await testServer();
  const other = await windowsOrganization(server, 'other');
  await other.device({ tags, serialNumber: 'S0' });
  own = await windowsOrganization(server, 'own');
  users = [];
  for (const [index, item] of metadata.entries()) {
    const some = index % 4 === 0 ? tags.slice(0, index / 4) : [];
    users.push(await own.user(`${index}@example.com`, undefined, { metadata: item, tags: some }));
  }
  devices = [];
  for (let index = 0; index < 48; index++) {
    const user = users[index % (users.length + 3)];
    devices.push(
      await own.device({
        tags: tags.filter((_, bit) => index & (1 << bit)),
        serialNumber: index % 5 === 0 ? null : `S${index % 7}`,
        user: user ? { id: user.id, email: user.email } : null,
        state: index % 11 === 0 ? 'DELETED' : 'ACTIVE',
      }),
    );
  }
});
afterAll(() => server[Symbol.asyncDispose]());

const terms = [
  ...tags.filter((tag) => tag !== ''),
  'Sales',
  ':',
  'department:',
  ':Sales',
  'a"\\:\\"',
  '__proto__:Sales',
  ...['7', '7.0', '07', '1e21', '1e+21', '0', '-0', '0.1', '.1', 'true', 'null', 'NaN', 'Infinity'].map(
    (text) => `department:${text}`,
  ),
  'department:["Sales"]',
];
const term = fc.constantFrom(...terms);
const groups = fc.array(fc.array(term, { maxLength: 3 }), { maxLength: 3 });
const some = <Item>(items: readonly Item[]) =>
  fc.oneof(fc.constant([]), fc.subarray([...items], { maxLength: 3 }));

test('SQL and the pure function agree on who belongs to an audience', async () => {
  const byId = new Map(users.map((user) => [user.id, user]));
  const stranger = parseHexId('ffffffffffffffffffffffff')!;
  const deviceIds = () => some([...devices.map(({ id }) => id), stranger]);
  const selectors = fc.record({
    deviceGroups: groups,
    mdmUserGroups: groups,
    winDeviceIds: deviceIds(),
    admDeviceIds: deviceIds(),
    mdmUserIds: some([...byId.keys(), stranger]),
    serialNumbers: some(['S0', 'S1', 'S2', 'unknown']),
  });
  const read = { db: server.database, scope: await scopeOf(own) };
  await fc.assert(
    fc.asyncProperty(selectors, async (wanted) => {
      const expected = new Map(
        devices.flatMap((device): [Id, string[]][] => {
          const reasons = matchAudience(wanted, device, device.user ? byId.get(device.user.id) : undefined);
          return reasons.length > 0 ? [[device.id, reasons]] : [];
        }),
      );
      const { rows } = await idsOfAudience(read, wanted).execute(server.database.connection);
      const found = rows.map((row) => (row as unknown as { id: Id }).id);
      expect(found.toSorted()).toEqual([...expected.keys()].toSorted());

      const { items, total } = await listAudienceMembers(read, wanted, {
        limit: 100,
        offset: 0,
        sort: { field: 'createdAt', descending: false },
      });
      expect(total).toBe(expected.size);
      expect(new Map(items.map(({ device, reasons }) => [device.id, reasons]))).toEqual(expected);
    }),
    { numRuns: 200 },
  );
});

test('a preview takes three statements, however many devices it has', async () => {
  const read = { db: server.database, scope: await scopeOf(own) };
  const page = { limit: 100, offset: 0, sort: { field: 'createdAt', descending: false } } as const;
  server.takeStatements();
  const empty = { winDeviceIds: [], admDeviceIds: [], mdmUserIds: [], serialNumbers: [] };
  const { total } = await listAudienceMembers(
    read,
    { ...empty, deviceGroups: [['sales'], ['remote']], mdmUserGroups: [['department:Sales']] },
    page,
  );
  expect(total).toBeGreaterThan(20);
  expect(server.takeStatements()).toHaveLength(3);
});

function scopeOf(organization: WindowsOrganization) {
  return organization.change(async ({ scope }) => scope);
}
