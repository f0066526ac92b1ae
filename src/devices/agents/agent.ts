import { createHash } from 'node:crypto';
import type { Id } from '../../kernel/id.ts';
import type { JsonObject } from '../../kernel/json.ts';
import { Secret } from '../../kernel/secret.ts';
import type { AgentRow } from './tables.ts';

/** The credentials by which the agent of one device speaks with the server, and what is known of the agent. A device has one at a time. */
export interface Agent {
  readonly id: Id;
  readonly deviceId: Id;
  /** What it calls itself. */
  readonly version: string | null;
  /** What it says that it runs on. */
  readonly os: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly lastSeenAt: Date | null;
  readonly revokedAt: Date | null;
  /** The configuration that it was told last; null when it has not asked for it. */
  readonly toldConfiguration: JsonObject | null;
  /** Whether it said that it has that configuration. */
  readonly hasConfirmed: boolean;
}

/** A new agent's token: 256 random bits behind a prefix that secret scanners can look for. */
export function newAgentToken(randomBytes: (length: number) => Buffer): Secret {
  return new Secret(`mga_${randomBytes(32).toString('base64url')}`);
}

export const agentTokenShape = /^mga_[\w-]{43}$/;

export function hashAgentToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Everything but the hash of the token. */
export const agentColumns = [
  'organization_id',
  'id',
  'device_id',
  'version',
  'os',
  'created_at',
  'created_by',
  'last_seen_at',
  'revoked_at',
  'told_configuration',
  'configuration_confirmed',
] as const;

export function agentOfRow(row: AgentRow): Agent {
  return {
    id: row.id,
    deviceId: row.device_id,
    version: row.version,
    os: row.os,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastSeenAt: row.last_seen_at,
    revokedAt: row.revoked_at,
    toldConfiguration: row.told_configuration,
    hasConfirmed: row.configuration_confirmed,
  };
}
