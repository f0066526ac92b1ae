import { sql, type Reader } from '../../database/index.ts';
import type { DeviceSummary } from '../../devices/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';

/** The SHA-256 of a certificate of which a PC has shown that it has the key. */
export interface CertifiedCall {
  readonly organizationId: Id;
  readonly fingerprint: Buffer;
}

/** A PC of which nothing is known that would have to be done. Whether it has what it shall have its protocol tells by the keys. */
export interface IdleSession {
  readonly deviceId: Id;
  readonly enrolledAt: Date;
  readonly summary: DeviceSummary;
  /** What is kept of its last session; null for none. */
  readonly session: JsonObject | null;
  /** Of what the PC shall have; null where that is nothing, or not known. */
  readonly documentKey: string | null;
  /** For which nothing is left to do. */
  readonly settledKey: string | null;
  /** The version of the catalogue of nodes that is in use; null for the one that Muster brings. */
  readonly catalogue: number | null;
}

interface Row extends IdleSession {
  readonly position: number;
}

/**
 * Looks in one statement at many PCs that begin a session, each known by its certificate. Undefined for one with something to do: a command, a
 * report, an end, another try; for one whose certificate is not good any more, and for strangers.
 */
export async function idleSessions(
  { connection }: Reader,
  calls: readonly CertifiedCall[],
  now: Date,
): Promise<(IdleSession | undefined)[]> {
  const { rows } = await sql<Row>`
    select call.position, account.device_id as "deviceId", account.enrolled_at as "enrolledAt", account.session,
      managed.summary,
      set.document_key as "documentKey", delivery.settled_key as "settledKey",
      (select number from policies_csp_version where in_use) as catalogue
    from unnest(
      ${calls.map(({ organizationId }) => organizationId)}::uuid[],
      ${calls.map(({ fingerprint }) => fingerprint)}::bytea[]
    ) with ordinality as call (organization_id, fingerprint, position)
    join devices_certificate certificate
      on certificate.organization_id = call.organization_id and certificate.fingerprint = call.fingerprint
      and certificate.revoked_at is null and certificate.not_after > ${now}
    join devices_dm_account account
      on account.organization_id = call.organization_id and account.certificate_fingerprint = call.fingerprint
      and account.state = 'enrolled' and account.report_due_at > ${now}
    join devices_device managed
      on managed.organization_id = account.organization_id and managed.id = account.device_id
      and managed.state = 'ACTIVE' and managed.refresh_info_needed = '{}'
    join policies_device_set held
      on held.organization_id = account.organization_id and held.device_id = account.device_id
    join policies_set set on set.organization_id = held.organization_id and set.id = held.set_id
    left join policies_delivery delivery
      on delivery.organization_id = account.organization_id and delivery.device_id = account.device_id
      and delivery.channel = 'device'
    where (delivery.due_at is null or delivery.due_at > ${now})
      and not exists (
        select from devices_command command
        where command.organization_id = account.organization_id and command.device_id = account.device_id
          and command.channel = any('{device,user}') and command.finished_at is null
      )`.execute(connection);
  const found: (IdleSession | undefined)[] = calls.map(() => undefined);
  for (const { position, ...idle } of rows) found[position - 1] = idle;
  return found;
}
