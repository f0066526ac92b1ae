import type { JsonObject } from '../../../kernel/json.ts';
import {
  createPolicy,
  deviceConfigurations as family,
  listAllPolicies,
  removePolicy,
  updatePolicy,
  type Policy,
  type PolicyContent,
} from '../../../policies/index.ts';
import { entitySetRoutes, type Entity, type EntitySet } from '../entity-set.ts';
import type { Properties } from '../payload/read.ts';
import { refuse } from '../violation.ts';
import {
  configurationsPath,
  configurationType,
  kindOfConfiguration,
  typeOfConfiguration,
} from './device-configuration.ts';
import { expandAssignments } from './device-configuration-assignments.ts';

/** Lists are ordered by name, and an index holds no text of any length. */
const longestName = 256;

/** @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfiguration */
const deviceConfigurations: EntitySet = {
  path: configurationsPath,
  type: configurationType,
  noun: family.noun,
  flavour: 'intune',
  permissions: {
    read: 'deviceConfiguration.read',
    create: 'deviceConfiguration.create',
    update: 'deviceConfiguration.update',
    remove: 'deviceConfiguration.remove',
  },
  expansions: { assignments: expandAssignments },
  list: async (context) => (await listAllPolicies(context, family)).map(entityOf),
  get: async ({ gathered, read: { scope } }, id) => {
    const policy = await gathered.deviceConfiguration({ organizationId: scope.organization.id, id });
    return policy && entityOf(policy);
  },
  create: async (context, { type, properties }) => {
    const { name = '', ...content } = contentOf(properties, {});
    const kind = kindOfConfiguration(type);
    return entityOf(await createPolicy(context, family, { kind, name, document: {}, ...content }));
  },
  update: async (context, id, read, ifMatch) =>
    entityOf(
      await updatePolicy(context, family, id, ifMatch, (stored) =>
        contentOf(read(entityOf(stored)), stored.document),
      ),
    ),
  remove: async (context, id, ifMatch) => removePolicy(context, family, id, ifMatch),
};

export const deviceConfigurationRoutes = entitySetRoutes(deviceConfigurations);

function entityOf(policy: Policy): Entity {
  return {
    id: policy.id,
    type: typeOfConfiguration(policy),
    revision: policy.version,
    values: {
      ...policy.document,
      displayName: policy.name,
      description: policy.description,
      version: policy.version,
      createdDateTime: policy.createdAt,
      lastModifiedDateTime: policy.updatedAt,
    },
  };
}

/** What a body changes: name and description are every policy's, the rest is the document of its kind. */
function contentOf(
  { displayName, description, ...settings }: Properties,
  stored: JsonObject,
): Partial<PolicyContent> {
  if (Array.from((displayName as string | undefined) ?? '').length > longestName) {
    throw refuse(
      'displayName',
      `The property 'displayName' must not have more than ${longestName} characters.`,
    );
  }
  return {
    ...(displayName !== undefined && { name: displayName as string }),
    ...(description !== undefined && { description: description as string | null }),
    document: { ...stored, ...(settings as JsonObject) },
  };
}
