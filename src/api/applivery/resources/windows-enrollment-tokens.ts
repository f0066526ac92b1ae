import { randomBytes } from 'node:crypto';
import { Type, type Static } from 'typebox';
import {
  createEnrollment,
  newEnrollmentCode,
  pcSignUp,
  removeEnrollment,
  updateEnrollment,
  type EnrollmentWithCode,
} from '../../../devices/enrollments/index.ts';
import { usersByEmails } from '../../../directory/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import type { Id } from '../../../kernel/id.ts';
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

const Assignment = Type.Object({ winPolicyId: HexId('Windows policy'), priority: Priority });

const TokenAnswer = Type.Object({
  ...TokenProperties,
  winEnterpriseId: HexId("Windows enterprise: an organization has one, under the organization's id"),
  winDeviceId: Type.Optional(
    HexId('Device that stands in for the token in lists of devices until a PC enrols, and is that PC then'),
  ),
  config: Type.Object({
    code: Type.String({ description: 'What is typed as password on the PC; whoever has it can enrol' }),
    username: Type.String({ description: 'What can be typed as e-mail address' }),
    discoveryUrl: Type.String({ description: 'What is typed as server address' }),
    deepLink: Type.String({ description: 'Opens the enrolment on the PC' }),
  }),
  type: Type.Literal('windows'),
  winPolicyId: Type.Optional(HexId('Primary policy that the PC gets')),
  winPolicyAssignments: Type.Array(Assignment, { description: 'Further policies that the PC gets' }),
});

const TokenChange = Type.Object({
  ...TokenChangeProperties,
  winPolicyId: Type.Optional(NullableId('Primary policy that the PC gets; null for none')),
  winPolicyAssignments: Type.Optional(
    Type.Array(Assignment, {
      maxItems: 100,
      description: 'Further policies. Several policies on a device need a plan with policy composition.',
    }),
  ),
});

const NewTokenProperties = {
  ...TokenChange.properties,
  sendEmail: Type.Optional(
    Type.Boolean({ description: 'This server sends no e-mail: false or left out. Hand out `config`.' }),
  ),
};

const NewToken = Type.Object(NewTokenProperties);

const NewTokens = Type.Object({
  ...Type.Omit(NewToken, ['mdmUserId']).properties,
  userEmails: Type.Array(Type.String({ minLength: 3, maxLength: 128 }), {
    minItems: 1,
    maxItems: 500,
    description: 'MDM users, each of whom gets a token',
  }),
});

const path = Type.Object({ winEnrollmentTokenId: HexId('Enrolment token') });
const url = '/mdm/windows/enterprise/enrollment-tokens';
const tag = 'Windows enrolment tokens';

/** https://docs.applivery.com/en/api/ > Windows > Windows Enrollment Tokens */
export const windowsEnrollmentTokensEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url,
    summary: 'List Windows enrolment tokens',
    tag,
    permission: 'enrollment.read',
    query: TokenQuery,
    data: PageOf(TokenAnswer),
    handle: ({ query, change, publicUrl }) =>
      change(async (context) => {
        const { items, total, page } = await listTokens(context, 'windows', query);
        return { data: pageOf(await answersOf(context, items, publicUrl), total, page) };
      }),
  }),
  endpoint({
    method: 'POST',
    url,
    summary: 'Create a Windows enrolment token',
    description: 'One PC can enrol by it. Until it has, lists of devices have the token as `enrollment`.',
    tag,
    permission: 'enrollment.create',
    body: NewToken,
    data: TokenAnswer,
    handle: ({ body, change, publicUrl }) =>
      change(async (context) => {
        refuseEmail(body.sendEmail);
        return answer(context, await createToken(context, body), publicUrl);
      }),
  }),
  endpoint({
    method: 'POST',
    url: `${url}/bulk`,
    summary: 'Create Windows enrolment tokens for several users',
    description: 'All of them or none; they are answered in the order of the users.',
    tag,
    permission: 'enrollment.create',
    body: NewTokens,
    data: Type.Object({ items: Type.Array(TokenAnswer) }),
    handle: ({ body, change, publicUrl }) =>
      change(async (context) => {
        const { userEmails, ...content } = body;
        refuseEmail(body.sendEmail);
        const created: EnrollmentWithCode[] = [];
        for (const userId of await usersNamed(context, userEmails)) {
          created.push(await createToken(context, content, userId));
        }
        return { data: { items: await answersOf(context, created, publicUrl) } };
      }),
  }),
  endpoint({
    method: 'GET',
    url: `${url}/{winEnrollmentTokenId}`,
    summary: 'Get a Windows enrolment token',
    tag,
    permission: 'enrollment.read',
    path,
    data: TokenAnswer,
    handle: ({ path, change, publicUrl }) =>
      change(async (context) =>
        answer(context, await requireToken(context, 'windows', path.winEnrollmentTokenId), publicUrl),
      ),
  }),
  endpoint({
    method: 'PUT',
    url: `${url}/{winEnrollmentTokenId}`,
    summary: 'Update a Windows enrolment token',
    description:
      'Changes what the body names; lists are replaced whole. PCs that enrolled before keep what they got.',
    tag,
    permission: 'enrollment.update',
    path,
    body: TokenChange,
    data: TokenAnswer,
    handle: ({ path, body, change, ifMatch, publicUrl }) =>
      change(async (context) => {
        const token = await requireToken(context, 'windows', path.winEnrollmentTokenId);
        const content = await readTokenChange(context, body);
        const updated = await updateEnrollment(context, token.id, ifMatch, content);
        await setPolicies(context, token, body);
        return answer(context, updated, publicUrl);
      }),
  }),
  endpoint({
    method: 'DELETE',
    url: `${url}/{winEnrollmentTokenId}`,
    summary: 'Withdraw a Windows enrolment token',
    description: 'No PC can enrol by it any more. One that did stays enrolled.',
    tag,
    permission: 'enrollment.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    handle: ({ path, change }) =>
      change(async (context) => {
        const { id } = await requireToken(context, 'windows', path.winEnrollmentTokenId);
        await removeEnrollment(context, id);
        return { data: { delete: true } };
      }),
  }),
];

async function createToken(
  context: WriteContext,
  body: Static<typeof TokenChange>,
  userId?: Id,
): Promise<EnrollmentWithCode> {
  const content = await readTokenChange(context, body);
  const created = await createEnrollment(context, {
    ...content,
    ...(userId !== undefined && { userId }),
    platform: 'windows',
    maxUses: 1,
    isListed: true,
    code: newEnrollmentCode(randomBytes),
  });
  await setPolicies(context, created, body);
  return created;
}

/** Faults: `invalidInput` (no such user). */
async function usersNamed(context: WriteContext, emails: readonly string[]): Promise<Id[]> {
  const users = await usersByEmails(context, emails);
  const violations = emails.flatMap((email, index) =>
    users.has(email.toLowerCase())
      ? []
      : [{ path: `userEmails[${index}]`, message: `'${email}' is not a user of this organization` }],
  );
  if (violations.length > 0) throw invalidInput(violations);
  return emails.map((email) => users.get(email.toLowerCase())!.id);
}

function setPolicies(
  context: WriteContext,
  enrollment: EnrollmentWithCode,
  { winPolicyId: primary, winPolicyAssignments: assignments }: Static<typeof TokenChange>,
): Promise<void> {
  const further = assignments?.map(({ winPolicyId: id, priority }) => ({ id, priority }));
  const places = ['winPolicyId', 'winPolicyAssignments', 'winPolicyId'] as const;
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
    const user = users.get(enrollment.userId!);
    return {
      ...tokenPropertiesOf(context, enrollment, user),
      winEnterpriseId: hex(context.scope.organization.id),
      ...(enrollment.deviceId && { winDeviceId: hex(enrollment.deviceId) }),
      config: { code: enrollment.code.reveal(), ...pcSignUp(publicUrl, user?.email) },
      type: 'windows',
      ...(primary !== undefined && { winPolicyId: primary }),
      winPolicyAssignments: further.map(({ id, priority }) => ({ winPolicyId: id, priority })),
    };
  });
}
