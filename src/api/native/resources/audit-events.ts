import { Type, type Static } from 'typebox';
import { listAuditEvents, type AuditEvent } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { Guid, ListOf, Nullable, pageById, PageQuery, readId, Timestamp } from '../shapes.ts';

const Changed = (description: string) =>
  Nullable(Type.Record(Type.String(), Type.Unknown(), { description }));

const AuditEventShape = Type.Object({
  id: Guid('Id'),
  at: Timestamp('When it happened'),
  actor: Type.Object({
    kind: Type.String({ description: 'serviceAccount, application or operator' }),
    id: Nullable(Guid('Id of the service account or application')),
    name: Type.String(),
  }),
  action: Type.String({ description: 'The permission that the change needed, or another dotted verb' }),
  target: Type.Object({ type: Type.String(), id: Type.String(), name: Nullable(Type.String()) }),
  before: Changed('What the change replaced; null when the target is new. A secret is told as `changed`.'),
  after: Changed('What it was replaced by; null when the target was removed'),
  warning: Nullable(Type.String({ description: 'What should be looked at twice' })),
  requestId: Type.String({ description: "The request's `request-id`" }),
});

function shown(event: AuditEvent): Static<typeof AuditEventShape> {
  const { id, at, actor, action, target, before, after, warning, requestId } = event;
  return { id, at: at.toISOString(), actor, action, target, before, after, warning, requestId };
}

export const auditEventEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listAuditEvents',
    method: 'GET',
    url: '/audit-events',
    tag: 'Audit',
    summary: 'List what was changed, newest first',
    permission: 'audit.read',
    query: Type.Object({
      ...PageQuery.properties,
      targetType: Type.Optional(Type.String({ maxLength: 64, description: 'Only changes of such things' })),
      targetId: Type.Optional(Type.String({ maxLength: 128, description: 'Only changes of this thing' })),
    }),
    data: ListOf(AuditEventShape),
    handle: async ({ query, read }) => {
      const { items, next } = await pageById(query, ({ after, limit }) =>
        listAuditEvents(read, {
          targetType: query.targetType,
          targetId: query.targetId && (readId(query.targetId) ?? query.targetId),
          olderThan: after,
          limit,
        }),
      );
      return { data: { items: items.map(shown), next } };
    },
  }),
];
