import { notFound } from '../../kernel/fault.ts';
import { audit, type WriteContext } from '../../tenancy/index.ts';
import { certificateTables } from './tables.ts';

/**
 * From now on nobody is believed who shows this certificate: no message of a device is taken, and it is not renewed. Once more changes nothing.
 * Faults: `notFound`.
 */
export async function revokeCertificate(context: WriteContext, serialNumber: string): Promise<void> {
  const { db, scope, now } = context;
  const row = await certificateTables(db)
    .selectFrom('devices_certificate')
    .select(['common_name', 'revoked_at'])
    .where('organization_id', '=', scope.organization.id)
    .where('serial_number', '=', serialNumber)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('Certificate', serialNumber);
  if (row.revoked_at) return;
  await certificateTables(db)
    .updateTable('devices_certificate')
    .set({ revoked_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('serial_number', '=', serialNumber)
    .execute();
  await audit(context, {
    action: 'certificate.revoke',
    target: { type: 'certificate', id: serialNumber, name: row.common_name },
    before: { revokedAt: null },
    after: { revokedAt: now },
  });
}
