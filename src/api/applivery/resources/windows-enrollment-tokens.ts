import { randomBytes } from 'node:crypto';
import { Type, type Static } from 'typebox';
import {
  createEnrollment,
  newEnrollmentCode,
  pcSignUp,
  updateEnrollment,
  type EnrollmentWithCode,
} from '../../../devices/enrollments/index.ts';
import { usersByEmails } from '../../../directory/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import type { Id } from '../../../kernel/id.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { hex, HexId } from '../shapes.ts';
import {
  answersOfTokens,
  readTokenChange,
  refuseEmail,
  setTokenPolicies,
  TokenChangeProperties,
  TokenProperties,
} from './enrollment-token-shape.ts';
import { tokenEndpoints, tokensUrl } from './enrollment-tokens.ts';
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

const NewToken = Type.Object({
  ...TokenChange.properties,
  sendEmail: Type.Optional(
    Type.Boolean({ description: 'This server sends no e-mail: false or left out. Hand out `config`.' }),
  ),
});

const NewTokens = Type.Object({
  ...Type.Omit(NewToken, ['mdmUserId']).properties,
  userEmails: Type.Array(Type.String({ minLength: 3, maxLength: 128 }), {
    minItems: 1,
    maxItems: 500,
    description: 'MDM users, each of whom gets a token',
  }),
});

const tag = 'Windows enrolment tokens';

/** https://docs.applivery.com/en/api/ > Windows > Windows Enrollment Tokens */
export const windowsEnrollmentTokensEndpoints: readonly Endpoint[] = [
  ...tokenEndpoints({
    platform: 'windows',
    one: 'a Windows enrolment token',
    tag,
    idName: 'winEnrollmentTokenId',
    descriptions: {
      create: 'One PC can enrol by it. Until it has, lists of devices have the token as `enrollment`.',
      update: 'PCs that enrolled before keep what they got.',
      remove: 'No PC can enrol by it any more. One that did stays enrolled.',
    },
    NewToken,
    TokenChange,
    TokenAnswer,
    create(context, body) {
      refuseEmail(body.sendEmail);
      return createToken(context, body);
    },
    async update(context, id, ifMatch, body) {
      const updated = await updateEnrollment(context, id, ifMatch, await readTokenChange(context, body));
      await setPolicies(context, updated, body);
      return updated;
    },
    answersOf,
  }),
  endpoint({
    method: 'POST',
    url: `${tokensUrl('windows')}/bulk`,
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

function answersOf(
  context: WriteContext,
  enrollments: readonly EnrollmentWithCode[],
  publicUrl: string,
): Promise<Static<typeof TokenAnswer>[]> {
  const enterpriseId = hex(context.scope.organization.id);
  return answersOfTokens(context, enrollments, ({ code, deviceId }, { user, primary, further }) => ({
    winEnterpriseId: enterpriseId,
    ...(deviceId && { winDeviceId: hex(deviceId) }),
    config: { code: code.reveal(), ...pcSignUp(publicUrl, user?.email) },
    type: 'windows' as const,
    ...(primary !== undefined && { winPolicyId: primary }),
    winPolicyAssignments: further.map(({ id, priority }) => ({ winPolicyId: id, priority })),
  }));
}
