import { isDeepStrictEqual } from 'node:util';
import {
  createGroup,
  listAllGroups,
  requireGroup,
  updateGroup,
  type Group,
  type GroupContent,
} from '../../../directory/index.ts';
import { removeGroup } from '../../../policies/index.ts';
import { entitySetRoutes, type Entity, type EntitySet } from '../entity-set.ts';
import type { Properties } from '../payload/read.ts';
import { unsetValue } from '../model/edm.ts';
import { models, typeOf } from '../model/model.ts';
import { requirePermission } from '../permissions.ts';
import { refusal, refuse, violation, type GraphViolation } from '../violation.ts';
import { addReferences, type Reference } from './group-references.ts';

const type = 'microsoft.graph.group';

/** What Muster keeps of a group. The other properties of Graph's group are read as unset and refused on write. */
const kept = ['displayName', 'description', 'mailNickname', 'mailEnabled', 'securityEnabled'] as const;
/** What the others hold that nobody set, and so what a client may send of them. */
const unset = new Map(
  [...typeOf(models.beta, type).properties].map(([name, property]) => [
    name,
    unsetValue(models.beta, property),
  ]),
);
/** Adds members; it takes none away. https://learn.microsoft.com/graph/api/group-post-members */
const bind = 'members@odata.bind';
const mostBound = 20;
/** Microsoft Graph demands these of a new group. */
const required = ['displayName', 'mailNickname', 'mailEnabled', 'securityEnabled'] as const;

/** @see https://learn.microsoft.com/graph/api/resources/group */
const groups: EntitySet = {
  path: 'groups',
  type,
  noun: 'Resource',
  flavour: 'directory',
  permissions: { read: 'group.read', create: 'group.create', update: 'group.update', remove: 'group.remove' },
  expansions: {},
  list: async (context) => (await listAllGroups(context)).map(entityOf),
  get: async ({ read: context }, id) => entityOf(await requireGroup(context, id)),
  create: async (context, { properties }) => {
    const content = contentOf(properties);
    const missing = required.filter((name) => content[name] == null);
    refuseAll(
      missing.map((name) => violation(name, `The property '${name}' is required on type '${type}'.`)),
    );
    const group = await createGroup(context, content as GroupContent);
    await addReferences(context, group.id, membersIn(properties));
    return entityOf(group);
  },
  update: async (context, id, read, ifMatch) => {
    const properties = read({ type, values: {} });
    const group = await updateGroup(context, id, contentOf(properties), ifMatch);
    const members = membersIn(properties);
    if (members.length > 0) requirePermission(context.scope.principal, 'groupMember.update');
    await addReferences(context, id, members);
    return entityOf(group);
  },
  remove: removeGroup,
};

export const groupRoutes = entitySetRoutes(groups);

function entityOf({ id, revision, createdAt, ...group }: Group): Entity {
  const values = Object.fromEntries(kept.map((name) => [name, group[name]]));
  return { id, type, revision, values: { ...values, groupTypes: [], createdDateTime: createdAt } };
}

/** What a body adds to the members. */
function membersIn(properties: Properties): Reference[] {
  const urls = (properties[bind] ?? []) as readonly string[];
  if (urls.length > mostBound) {
    const message = `'${bind}' has ${urls.length} elements; it can contain a maximum of ${mostBound}.`;
    throw refuse(bind, message);
  }
  return urls.map((url, index) => ({ url, path: `${bind}[${index}]` }));
}

function contentOf(properties: Properties): Partial<GroupContent> {
  const violations: GraphViolation[] = [];
  for (const [name, value] of Object.entries(properties)) {
    const isUnset = value == null || isDeepStrictEqual(value, unset.get(name));
    if (isUnset || name === bind || kept.some((known) => known === name)) continue;
    violations.push(violation(name, `The property '${name}' of a group is not kept by this server.`));
  }
  if (properties['mailEnabled'] === true) {
    violations.push(
      violation('mailEnabled', 'Groups of this server get no mail: mailEnabled must be false.'),
    );
  }
  refuseAll(violations);
  return Object.fromEntries(
    kept.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  );
}

function refuseAll(violations: readonly GraphViolation[]): void {
  const [first, ...rest] = violations;
  if (first) throw refusal([first, ...rest]);
}
