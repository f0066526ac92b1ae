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
import { refusal, violation, type GraphViolation } from '../violation.ts';

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
    return entityOf(await createGroup(context, content as GroupContent));
  },
  update: async (context, id, read, ifMatch) =>
    entityOf(await updateGroup(context, id, contentOf(read({ type, values: {} })), ifMatch)),
  remove: removeGroup,
};

export const groupRoutes = entitySetRoutes(groups);

function entityOf({ id, revision, createdAt, ...group }: Group): Entity {
  const values = Object.fromEntries(kept.map((name) => [name, group[name]]));
  return { id, type, revision, values: { ...values, groupTypes: [], createdDateTime: createdAt } };
}

function contentOf(properties: Properties): Partial<GroupContent> {
  const violations: GraphViolation[] = [];
  for (const [name, value] of Object.entries(properties)) {
    const isUnset = value == null || isDeepStrictEqual(value, unset.get(name));
    if (isUnset || kept.some((known) => known === name)) continue;
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
