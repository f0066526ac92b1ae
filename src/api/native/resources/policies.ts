import { Type, type Static } from 'typebox';
import { Fault, notFound } from '../../../kernel/fault.ts';
import {
  getPolicyOfAnyFamily,
  getPolicyVersion,
  listPolicySummaries,
  listPolicyVersions,
  policyFamilies,
  policyWarnings,
  removePolicy,
  rollBackPolicy,
  type AnyPolicyFamily,
  type PolicySummary,
  type PolicyVersion,
} from '../../../policies/index.ts';
import type { ReadContext, Scope } from '../../../tenancy/index.ts';
import { etagOf, requireRevision } from '../../../kernel/etag.ts';
import { endpoint, type Endpoint, type EndpointAnswer } from '../endpoint.ts';
import {
  AnyId,
  Guid,
  idInPath,
  ListOf,
  Nullable,
  pageById,
  pageByOffset,
  PageQuery,
  Timestamp,
} from '../shapes.ts';

import { PlanShape, requirePlanPermissions, shownPlan } from './plans.ts';

const tag = 'Policies';

const PolicyShape = Type.Object({
  id: Guid('Id'),
  kind: Type.String({
    description: '`winPolicy`, or a Microsoft Graph type such as `macOSGeneralDeviceConfiguration`',
  }),
  platform: Type.Enum(['windows', 'apple']),
  name: Type.String(),
  description: Nullable(Type.String()),
  version: Type.Integer({ description: 'One more with every change' }),
  segment: Type.Integer({ description: 'Number of its segment; 0 is the root' }),
  exposeToChildren: Type.Boolean({ description: 'Segments below may use it too' }),
  deviceCount: Type.Integer({
    description: 'Devices that have it by themselves; those that have it through a group are not counted',
  }),
  createdAt: Timestamp('When it was created'),
  updatedAt: Timestamp('When it was last changed'),
});

const Document = Type.Record(Type.String(), Type.Unknown(), {
  description: 'Its settings, in the words of the API that its kind comes from; ids in it are GUIDs',
});

const Warning = Type.Object({
  path: Type.String({ description: 'Its place in the document' }),
  kind: Type.Enum(['unknownNode', 'notSettable', 'wrongValue', 'deprecated']),
  message: Type.String(),
});

const PolicyAnswer = Type.Object({
  ...PolicyShape.properties,
  document: Document,
  warnings: Type.Array(Warning, {
    description:
      'What is doubtful about the Windows settings that it wants, by the catalogue that is in use; at most one for each setting',
  }),
});

const VersionShape = Type.Object({
  version: Type.Integer(),
  name: Type.String({ description: 'What the policy was called' }),
  description: Nullable(Type.String()),
  madeAt: Timestamp('When it was made'),
  madeBy: Type.Object({
    kind: Type.String({ description: 'serviceAccount, application or operator' }),
    id: Nullable(Guid('Id of the service account or application')),
    name: Type.String(),
  }),
});

const VersionAnswer = Type.Object({ ...VersionShape.properties, document: Document });

const VersionNumber = Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 });

const PolicyPath = Type.Object({ policy: AnyId('Id of the policy') });

// Which permission a policy needs depends on its kind, so the handlers look at them.
const permission = 'organization.read';
const needs = (verb: Verb) =>
  `Needs \`windows.policy.${verb}\` for Windows policies and \`deviceConfiguration.${verb}\` for device configurations.`;

function shown(policy: PolicySummary): Static<typeof PolicyShape> {
  return {
    id: policy.id,
    kind: policy.kind,
    platform: policy.platform,
    name: policy.name,
    description: policy.description,
    version: policy.version,
    segment: policy.segment,
    exposeToChildren: policy.exposeToChildren,
    deviceCount: policy.deviceCount,
    createdAt: policy.createdAt.toISOString(),
    updatedAt: policy.updatedAt.toISOString(),
  };
}

function versionShown({ madeAt, madeBy, ...rest }: PolicyVersion): Static<typeof VersionShape> {
  const { version, name, description } = rest;
  return { version, name, description, madeAt: madeAt.toISOString(), madeBy };
}

type Verb = 'read' | 'update' | 'remove';

function may({ principal }: Scope, verb: Verb) {
  return ({ area }: AnyPolicyFamily) => principal.permissions.has(`${area}.${verb}`);
}

/** The families of which the caller may do this. Faults: `forbidden` when it is none of them. */
function requireFamilies(scope: Scope, verb: Verb, families: readonly AnyPolicyFamily[] = policyFamilies) {
  const allowed = families.filter(may(scope, verb));
  if (allowed.length > 0) return allowed;
  const accepted = families.map(({ area }) => `${area}.${verb}`);
  throw new Fault('forbidden', `The permission ${accepted.join(' or ')} is needed.`, { accepted });
}

/** A policy of one of these families, as the path names it. To callers who may not see its family it is not there. Faults: `notFound`. */
async function requirePolicy(read: ReadContext, families: readonly AnyPolicyFamily[], text: string) {
  const policy = await getPolicyOfAnyFamily(read, families, idInPath(text, 'Policy'));
  if (!policy) throw notFound('Policy', text);
  return policy;
}

async function answer(
  read: ReadContext,
  families: readonly AnyPolicyFamily[],
  text: string,
): Promise<EndpointAnswer<Static<typeof PolicyAnswer>>> {
  const policy = await requirePolicy(read, families, text);
  const warnings = [...(await policyWarnings(read, policy.family, policy.document))];
  return {
    data: { ...shown(policy), document: { ...policy.document }, warnings },
    revision: policy.version,
  };
}

export const policyEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listPolicies',
    method: 'GET',
    url: '/policies',
    tag,
    summary: 'List the policies of all kinds, oldest first',
    description: `${needs('read')} With one of them alone, the list has policies of that kind alone.`,
    permission,
    query: PageQuery,
    data: ListOf(PolicyShape),
    handle: async ({ query, read }) => {
      const families = requireFamilies(read.scope, 'read');
      const { items, next } = await pageById(query, (part) => listPolicySummaries(read, families, part));
      return { data: { items: items.map(shown), next } };
    },
  }),
  endpoint({
    name: 'getPolicy',
    method: 'GET',
    url: '/policies/{policy}',
    tag,
    summary: 'Get a policy of any kind',
    description: needs('read'),
    permission,
    path: PolicyPath,
    data: PolicyAnswer,
    handle: async ({ path, read }) => answer(read, requireFamilies(read.scope, 'read'), path.policy),
  }),
  endpoint({
    name: 'listPolicyVersions',
    method: 'GET',
    url: '/policies/{policy}/versions',
    tag,
    summary: 'List the versions of a policy, newest first',
    description: needs('read'),
    permission,
    path: PolicyPath,
    query: PageQuery,
    data: ListOf(VersionShape),
    handle: async ({ path, query, read }) => {
      const { id, family } = await requirePolicy(read, requireFamilies(read.scope, 'read'), path.policy);
      const { items, next } = await pageByOffset(query, (part) => listPolicyVersions(read, family, id, part));
      return { data: { items: items.map(versionShown), next } };
    },
  }),
  endpoint({
    name: 'getPolicyVersion',
    method: 'GET',
    url: '/policies/{policy}/versions/{version}',
    tag,
    summary: 'Get a version of a policy',
    description: needs('read'),
    permission,
    path: Type.Object({ ...PolicyPath.properties, version: VersionNumber }),
    data: VersionAnswer,
    handle: async ({ path, read }) => {
      const { id, family } = await requirePolicy(read, requireFamilies(read.scope, 'read'), path.policy);
      const version = await getPolicyVersion<object>(read, family, id, path.version);
      if (!version) throw notFound('Version', String(path.version));
      return { data: { ...versionShown(version), document: { ...version.document } } };
    },
  }),
  endpoint({
    name: 'rollBackPolicy',
    method: 'POST',
    url: '/policies/{policy}/rollback',
    tag,
    summary: 'Give a policy the content of an earlier version',
    description: [
      'Name, description and document become those of that version, in a new version; nothing happens if they are the same. Refused when the',
      `document refers to something that is not there any more. ${needs('update')}`,
    ].join(' '),
    permission,
    path: PolicyPath,
    body: Type.Object({ version: VersionNumber }),
    data: PolicyAnswer,
    handle: ({ path, body, ifMatch, change }) =>
      change(async (context) => {
        const { scope } = context;
        const changeable = requireFamilies(scope, 'update');
        const visible = [...new Set([...changeable, ...policyFamilies.filter(may(scope, 'read'))])];
        const { id, family } = await requirePolicy(context, visible, path.policy);
        requireFamilies(scope, 'update', [family]);
        await rollBackPolicy(context, family, { id, version: body.version, ifMatch });
        return answer(context, changeable, path.policy);
      }),
  }),
  endpoint({
    name: 'removePolicy',
    method: 'DELETE',
    url: '/policies/{policy}',
    tag,
    summary: 'Delete a policy of any kind',
    description: `Refused while devices, automation rules or targets of Microsoft Graph have it. With \`force\`, the answer is a plan that takes it from them and deletes it, to be looked at and applied; making the plan needs what \`POST …/plans\` needs. ${needs('remove')}`,
    permission,
    path: PolicyPath,
    query: Type.Object({ force: Type.Optional(Type.Boolean({ description: 'Also from what has it' })) }),
    data: Type.Union([PlanShape, Type.Undefined()]),
    handle: async ({ path, query: { force = false }, ifMatch, read, change, planning }) => {
      const { scope } = read;
      const requireRemovable = async (context: ReadContext) => {
        const removable = requireFamilies(scope, 'remove');
        const visible = [...new Set([...removable, ...policyFamilies.filter(may(scope, 'read'))])];
        const policy = await requirePolicy(context, visible, path.policy);
        requireFamilies(scope, 'remove', [policy.family]);
        return policy;
      };
      if (force && planning) {
        requirePlanPermissions(scope);
        const { id, version } = await requireRemovable(read);
        requireRevision(ifMatch, version);
        const headers = ifMatch ? { 'if-match': ifMatch.map(etagOf).join(', ') } : {};
        const url = `/api/v1/organizations/${scope.organization.slug}/policies/${id}?force=true`;
        const plan = await planning.make(scope, [{ method: 'DELETE', url, headers, body: undefined }]);
        return { data: shownPlan(plan) };
      }
      await change(async (context) => {
        const { id, family } = await requireRemovable(context);
        await removePolicy(context, family, id, ifMatch, force ? 'taken' : 'refused');
      });
      return { data: undefined };
    },
  }),
];
