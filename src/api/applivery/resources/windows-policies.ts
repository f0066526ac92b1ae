import { Type, type Static } from 'typebox';
import {
  createWindowsPolicy,
  emptyWindowsPolicy,
  getPolicy,
  listPolicies,
  loadItems,
  policyNotFound,
  policySortFields,
  referencesOf,
  removePolicy,
  updateWindowsPolicy,
  windowsPolicies,
  type WindowsPolicy,
} from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint, type EndpointAnswer } from '../endpoint.ts';
import { HexId, idOf, PageOf, pageOf, PageQuery, readPage } from '../shapes.ts';
import { segmentQuery, segmentsOf } from './segment-query.ts';
import {
  NewWindowsPolicy,
  policyAnswerOf,
  readPolicyChange,
  WindowsPolicyAnswer,
  WindowsPolicyChange,
} from './windows-policy-shape.ts';

const path = Type.Object({ winPolicyId: HexId('Windows policy') });
const idIn = ({ winPolicyId }: Static<typeof path>) => idOf(winPolicyId, 'Windows policy');

const tag = 'Windows policies';

/** https://docs.applivery.com/en/api/ > Windows > Windows Policies */
export const windowsPoliciesEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/windows/enterprise/policies',
    summary: 'List Windows policies',
    tag,
    permission: 'windows.policy.read',
    query: Type.Object({
      ...PageQuery.properties,
      name: Type.Optional(Type.String({ maxLength: 256, description: 'Part of the name' })),
      search: Type.Optional(Type.String({ maxLength: 256, description: 'Part of the name' })),
      ...segmentQuery,
    }),
    data: PageOf(WindowsPolicyAnswer),
    async handle({ query, read }) {
      const page = readPage(query, policySortFields);
      const { name, search } = query;
      const segments = await segmentsOf(read, query);
      const { items, total } = await listPolicies(read, windowsPolicies, { name, search, segments }, page);
      return { data: pageOf(await answersOf(read, items), total, page) };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/mdm/windows/enterprise/policies',
    summary: 'Create a Windows policy',
    tag,
    permission: 'windows.policy.create',
    body: NewWindowsPolicy,
    data: WindowsPolicyAnswer,
    handle: ({ body, change }) =>
      change(async (context) => {
        const { document, ...content } = readPolicyChange(body);
        const policy = await createWindowsPolicy(context, {
          ...content,
          name: body.name,
          document: { ...emptyWindowsPolicy, ...document },
        });
        return answer(context, policy);
      }),
  }),
  endpoint({
    method: 'GET',
    url: '/mdm/windows/enterprise/policies/{winPolicyId}',
    summary: 'Get a Windows policy',
    tag,
    permission: 'windows.policy.read',
    path,
    data: WindowsPolicyAnswer,
    async handle({ path, read }) {
      const id = idIn(path);
      const policy = await getPolicy(read, windowsPolicies, id);
      if (!policy) throw policyNotFound(windowsPolicies, id);
      return answer(read, policy);
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/windows/enterprise/policies/{winPolicyId}',
    summary: 'Update a Windows policy',
    description: 'Changes what the body names; lists and maps are replaced whole. A change makes a version.',
    tag,
    permission: 'windows.policy.update',
    path,
    body: WindowsPolicyChange,
    data: WindowsPolicyAnswer,
    handle: ({ path, body, change, ifMatch }) =>
      change(async (context) =>
        answer(context, await updateWindowsPolicy(context, idIn(path), ifMatch, readPolicyChange(body))),
      ),
  }),
  endpoint({
    method: 'DELETE',
    url: '/mdm/windows/enterprise/policies/{winPolicyId}',
    summary: 'Delete a Windows policy',
    description: 'Refused while a device or an automation rule has it.',
    tag,
    permission: 'windows.policy.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    async handle({ path, change, ifMatch }) {
      await change((context) => removePolicy(context, windowsPolicies, idIn(path), ifMatch));
      return { data: { delete: true } };
    },
  }),
];

async function answer(
  context: ReadContext,
  policy: WindowsPolicy,
): Promise<EndpointAnswer<Static<typeof WindowsPolicyAnswer>>> {
  const [data] = await answersOf(context, [policy]);
  return { data: data!, revision: policy.version };
}

async function answersOf(
  { db, scope: { organization } }: ReadContext,
  policies: readonly WindowsPolicy[],
): Promise<Static<typeof WindowsPolicyAnswer>[]> {
  const references = policies.flatMap(({ document }) => referencesOf(document));
  const [items] = await loadItems(db, [{ organizationId: organization.id, references }]);
  return policies.map((policy) => policyAnswerOf(organization, policy, items!));
}
