import {
  createPartner,
  listPartners,
  removePartner,
  updatePartner,
  type Partner,
  type PartnerAssignment,
  type PartnerProperties,
} from '../../../compliance/index.ts';
import { entitySetRoutes, type Entity, type EntitySet } from '../entity-set.ts';
import { neverSet } from '../model/edm.ts';
import type { Properties } from '../payload/read.ts';
import { assignmentTarget, graphTarget, type GraphTarget } from './assignment-target.ts';

const type = 'microsoft.graph.complianceManagementPartner';

/** @see https://learn.microsoft.com/graph/api/resources/intune-onboarding-compliancemanagementpartner */
const partners: EntitySet = {
  path: 'deviceManagement/complianceManagementPartners',
  type,
  noun: 'Compliance management partner',
  flavour: 'intune',
  permissions: {
    read: 'partner.read',
    create: 'partner.create',
    update: 'partner.update',
    remove: 'partner.remove',
  },
  expansions: {},
  list: async (context) => (await listPartners(context)).map(entityOf),
  get: async ({ gathered, read: { scope } }, id) => {
    const partner = await gathered.partner({ organizationId: scope.organization.id, id });
    return partner && entityOf(partner);
  },
  create: async (context, { properties }) => entityOf(await createPartner(context, partnerOf(properties))),
  update: async (context, id, read, ifMatch) =>
    entityOf(await updatePartner(context, id, partnerOf(read({ type, values: {} })), ifMatch)),
  remove: removePartner,
};

export const complianceManagementPartnerRoutes = entitySetRoutes(partners);

const assignmentLists = [
  'macOsEnrollmentAssignments',
  'androidEnrollmentAssignments',
  'iosEnrollmentAssignments',
  'linuxEnrollmentAssignments',
] as const;

function entityOf(partner: Partner): Entity {
  const { id, revision, lastHeartbeatAt, createdAt: _created, updatedAt: _updated, ...same } = partner;
  const lists = assignmentLists.map((name) => [
    name,
    partner[name].map(({ target }) => ({ target: graphTarget(target) })),
  ]);
  const values = {
    ...same,
    ...Object.fromEntries(lists),
    lastHeartbeatDateTime: lastHeartbeatAt ?? neverSet,
  };
  return { id, type, revision, values };
}

function partnerOf(properties: Properties): Partial<PartnerProperties> {
  const { lastHeartbeatDateTime, ...same } = properties;
  const lists = assignmentLists
    .filter((name) => properties[name] !== undefined)
    .map((name) => [name, assignmentsOf(properties[name], name)]);
  return {
    ...(same as Partial<PartnerProperties>),
    ...(lastHeartbeatDateTime !== undefined && { lastHeartbeatAt: dateOf(lastHeartbeatDateTime) }),
    ...Object.fromEntries(lists),
  };
}

function assignmentsOf(value: unknown, name: string): PartnerAssignment[] {
  return (value as { target: GraphTarget | null }[]).map(({ target }, index) => ({
    target: assignmentTarget(target, `${name}[${index}].target`),
  }));
}

/** The date that was never set stands for "never". */
function dateOf(value: unknown): Date | null {
  const date = new Date(value as string);
  return date.getTime() <= new Date(neverSet).getTime() ? null : date;
}
