import type { Reader } from '../database/index.ts';
import { rootSegmentId } from '../directory/index.ts';
import type { Policy, PolicyContent, PolicyFamily } from './policy.ts';
import { policiesTables, type PolicyRow } from './tables.ts';

/** Policies of any organization and kind. */
export function selectPolicies(reader: Reader) {
  return policiesTables(reader).selectFrom('policies_policy').selectAll();
}

export function policyOfRow<Document extends object>(
  { read }: PolicyFamily<Document>,
  row: PolicyRow,
): Policy<Document> {
  return {
    id: row.id,
    kind: row.kind,
    name: row.name,
    description: row.description,
    segment: row.segment_id ?? rootSegmentId,
    exposeToChildren: row.expose_to_children,
    document: read(row.document),
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

export function contentColumns(content: PolicyContent<object>) {
  return {
    name: content.name,
    description: content.description,
    segment_id: content.segment === rootSegmentId ? null : content.segment,
    expose_to_children: content.exposeToChildren,
    document: JSON.stringify(content.document),
  };
}
