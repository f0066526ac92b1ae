import { randomBytes } from 'node:crypto';
import { Type, type Static } from 'typebox';
import {
  createEnrollment,
  newEnrollmentCode,
  removeEnrollment,
  updateEnrollment,
  type EnrollmentWithCode,
} from '../../../devices/enrollments/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { hex, HexId, PageOf, pageOf } from '../shapes.ts';
import {
  listTokens,
  readTokenChange,
  refuseEmail,
  policiesOfTokens,
  requireToken,
  setTokenPolicies,
  TokenChangeProperties,
  tokenPropertiesOf,
  TokenProperties,
  TokenQuery,
  usersOfTokens,
} from './enrollment-token-shape.ts';
import { NullableId } from './nullable-id.ts';
import { Priority } from './windows-device-shape.ts';

const Assignment = Type.Object({ admPolicyId: HexId('Apple policy'), priority: Priority });

const TokenAnswer = Type.Object({
  ...TokenProperties,
  admEnterpriseId: HexId("Apple enterprise: an organization has one, under the organization's id"),
  config: Type.Object({
    url: Type.String({ description: 'Where a device opens its enrolment profile; whoever has it can enrol' }),
    code: Type.String({ description: 'The secret by which devices enrol' }),
  }),
  type: Type.Literal('apple'),
  maxUses: Type.Union([Type.Integer(), Type.Null()], {
    description: 'How many devices may enrol; null for any',
  }),
  uses: Type.Integer({ description: 'How many devices have enrolled' }),
  policyId: Type.Optional(HexId('Primary policy that each device gets')),
  admPolicyAssignments: Type.Array(Assignment, { description: 'Further policies that each device gets' }),
});

const TokenChange = Type.Object({
  ...TokenChangeProperties,
  maxUses: Type.Optional(
    Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      minimum: 1,
      maximum: 1_000_000,
      description: 'How many devices may enrol (1); null for any',
    }),
  ),
  policyId: Type.Optional(
    NullableId(
      'Primary policy that each device gets: a device configuration of Microsoft Graph; null for none',
    ),
  ),
  admPolicyAssignments: Type.Optional(
    Type.Array(Assignment, {
      maxItems: 100,
      description: 'Further policies. Several policies on a device need a plan with policy composition.',
    }),
  ),
});

const NewToken = Type.Object({
  ...TokenChange.properties,
  sendEmail: Type.Optional(
    Type.Boolean({ description: 'This server sends no e-mail: false or left out. Hand out `config.url`.' }),
  ),
});

const path = Type.Object({ admEnrollmentTokenId: HexId('Enrolment token') });
const url = '/mdm/apple/enterprise/enrollment-tokens';
const tag = 'Apple enrolment tokens';

/** The vendor's pages show the tokens of Windows; those of Apple are said to work the same. */
export const appleEnrollmentTokensEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url,
    summary: 'List Apple enrolment tokens',
    tag,
    permission: 'enrollment.read',
    query: TokenQuery,
    data: PageOf(TokenAnswer),
    handle: ({ query, change, publicUrl }) =>
      change(async (context) => {
        const { items, total, page } = await listTokens(context, 'apple', query);
        return { data: pageOf(await answersOf(context, items, publicUrl), total, page) };
      }),
  }),
  endpoint({
    method: 'POST',
    url,
    summary: 'Create an Apple enrolment token',
    description:
      'One device can enrol by it unless `maxUses` says otherwise, with the profile at `config.url`.',
    tag,
    permission: 'enrollment.create',
    body: NewToken,
    data: TokenAnswer,
    handle: ({ body, change, publicUrl }) =>
      change(async (context) => {
        refuseEmail(body.sendEmail);
        const created = await createEnrollment(context, {
          maxUses: 1,
          ...(await readChange(context, body)),
          platform: 'apple',
          code: newEnrollmentCode(randomBytes),
        });
        await setPolicies(context, created, body);
        return answer(context, created, publicUrl);
      }),
  }),
  endpoint({
    method: 'GET',
    url: `${url}/{admEnrollmentTokenId}`,
    summary: 'Get an Apple enrolment token',
    tag,
    permission: 'enrollment.read',
    path,
    data: TokenAnswer,
    handle: ({ path, change, publicUrl }) =>
      change(async (context) =>
        answer(context, await requireToken(context, 'apple', path.admEnrollmentTokenId), publicUrl),
      ),
  }),
  endpoint({
    method: 'PUT',
    url: `${url}/{admEnrollmentTokenId}`,
    summary: 'Update an Apple enrolment token',
    description:
      'Changes what the body names; lists are replaced whole. Devices that enrolled before keep what they got.',
    tag,
    permission: 'enrollment.update',
    path,
    body: TokenChange,
    data: TokenAnswer,
    handle: ({ path, body, change, ifMatch, publicUrl }) =>
      change(async (context) => {
        const { id } = await requireToken(context, 'apple', path.admEnrollmentTokenId);
        const content = await readChange(context, body);
        const changed = await updateEnrollment(context, id, ifMatch, content);
        await setPolicies(context, changed, body);
        return answer(context, changed, publicUrl);
      }),
  }),
  endpoint({
    method: 'DELETE',
    url: `${url}/{admEnrollmentTokenId}`,
    summary: 'Withdraw an Apple enrolment token',
    description: 'No device can enrol by it any more. Those that did stay enrolled.',
    tag,
    permission: 'enrollment.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    handle: ({ path, change }) =>
      change(async (context) => {
        const { id } = await requireToken(context, 'apple', path.admEnrollmentTokenId);
        await removeEnrollment(context, id);
        return { data: { delete: true } };
      }),
  }),
];

async function readChange(context: WriteContext, body: Static<typeof TokenChange>) {
  const { maxUses } = body;
  return { ...(await readTokenChange(context, body)), ...(maxUses !== undefined && { maxUses }) };
}

function setPolicies(
  context: WriteContext,
  enrollment: EnrollmentWithCode,
  { policyId: primary, admPolicyAssignments: assignments }: Static<typeof TokenChange>,
): Promise<void> {
  const further = assignments?.map(({ admPolicyId: id, priority }) => ({ id, priority }));
  const places = ['policyId', 'admPolicyAssignments', 'admPolicyId'] as const;
  return setTokenPolicies(context, enrollment, { primary, further }, places);
}

async function answer(context: WriteContext, enrollment: EnrollmentWithCode, publicUrl: string) {
  const [data] = await answersOf(context, [enrollment], publicUrl);
  return { data: data!, revision: enrollment.revision };
}

async function answersOf(
  context: WriteContext,
  enrollments: readonly EnrollmentWithCode[],
  publicUrl: string,
): Promise<Static<typeof TokenAnswer>[]> {
  const users = await usersOfTokens(context, enrollments);
  const policies = await policiesOfTokens(context, enrollments);
  return enrollments.map((enrollment, index) => {
    const { primary, further } = policies[index]!;
    const code = enrollment.code.reveal();
    return {
      ...tokenPropertiesOf(context, enrollment, users.get(enrollment.userId!)),
      admEnterpriseId: hex(context.scope.organization.id),
      config: { url: `${publicUrl}/mdm/apple/enroll/${code}`, code },
      type: 'apple',
      maxUses: enrollment.maxUses,
      uses: enrollment.uses,
      ...(primary !== undefined && { policyId: primary }),
      admPolicyAssignments: further.map(({ id, priority }) => ({ admPolicyId: id, priority })),
    };
  });
}
