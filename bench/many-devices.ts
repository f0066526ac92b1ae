import { randomBytes, randomInt } from 'node:crypto';
import { sql, type Database, type Transaction } from '../src/database/index.ts';
import { createDevice } from '../src/devices/index.ts';
import { createUser } from '../src/directory/index.ts';
import { systemClock } from '../src/kernel/clock.ts';
import { idSource, type Id } from '../src/kernel/id.ts';
import { change, findOrganization, operatorScope, secretBox } from '../src/tenancy/index.ts';

const rowsAtOnce = 10_000;

/**
 * Adds Windows devices, each with a user and the tag of one of these teams. The first is made as the server makes them, and the others
 * are copies of its row, because as many requests would take longer than what is measured. So nothing works out what they shall have.
 */
export async function addManyDevices(
  database: Database,
  { count, tagsOf }: { readonly count: number; readonly tagsOf: (index: number) => readonly string[] },
): Promise<Id[]> {
  const newId = idSource(systemClock, () => randomInt(2 ** 48 - 1));
  const secrets = secretBox(randomBytes(32), randomBytes);
  const scope = operatorScope((await findOrganization(database, 'default'))!, 'bench');
  const services = { database, clock: systemClock, newId, secrets, beforeCommit: async () => {} };
  const devices = await change(services, scope, async (context) => {
    const user = await createUser(context, {
      email: 'person-0@example.com',
      name: 'Somebody',
      tags: ['staff'],
      metadata: { department: 'Sales', office: 'Madrid' },
    });
    const now = context.now.toISOString();
    const device = await createDevice(context, {
      platform: 'windows',
      displayName: 'Laptop 0',
      platformId: 'bench-0',
      serialNumber: 'BENCH0',
      tags: tagsOf(0),
      user: { id: user.id, email: user.email },
      summary: {
        name: 'LAPTOP-0',
        os: 'Windows',
        osVersion: '10.0.26100.2314',
        osVersionName: 'Windows 11 Pro',
        battery: '85%',
        compliance: { compliant: true, lastCheck: now },
      },
      config: { './Device/Vendor/MSFT/Policy/Config/Security/RequireDeviceEncryption': '1' },
      configDates: { securityPolicy: now },
      enrolledAt: context.now,
      lastStatusReportAt: context.now,
    });
    const ids = [device.id];
    while (ids.length < count) {
      const numbers = Array.from(
        { length: Math.min(rowsAtOnce, count - ids.length) },
        (_, index) => ids.length + index,
      );
      const users = numbers.map(newId);
      await copyRow(context.db, 'directory_user', user.id, users, (index) => ({
        email: `person-${numbers[index]}@example.com`,
      }));
      const added = numbers.map(newId);
      await copyRow(context.db, 'devices_device', device.id, added, (index) => ({
        user_id: users[index]!,
        display_name: `Laptop ${numbers[index]}`,
        platform_id: `bench-${numbers[index]}`,
        serial_number: `BENCH${numbers[index]}`,
        tags: tagsOf(numbers[index]!),
      }));
      ids.push(...added);
    }
    return ids;
  });
  // What the database finds out about its tables by itself, but only after a minute.
  await sql`analyze devices_device, directory_user`.execute(database.connection);
  return devices;
}

async function copyRow(
  { connection }: Transaction,
  table: string,
  of: Id,
  ids: readonly Id[],
  changesOf: (index: number) => object,
): Promise<void> {
  const changes = ids.map((id, index) => JSON.stringify({ ...changesOf(index), id }));
  await sql`insert into ${sql.table(table)}
    select copy.* from ${sql.table(table)} template, unnest(${changes}::jsonb[]) as changes,
      lateral jsonb_populate_record(template, changes) copy
    where template.id = ${of}`.execute(connection);
}
