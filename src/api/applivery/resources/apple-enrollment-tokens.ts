import { randomBytes } from 'node:crypto';
import { Type, type Static } from 'typebox';
import {
  createEnrollment,
  newEnrollmentCode,
  updateEnrollment,
  type EnrollmentWithCode,
} from '../../../devices/enrollments/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import type { Endpoint } from '../endpoint.ts';
import { hex, HexId } from '../shapes.ts';
import {
  answersOfTokens,
  readTokenChange,
  refuseEmail,
  setTokenPolicies,
  TokenChangeProperties,
  TokenProperties,
} from './enrollment-token-shape.ts';
import { tokenEndpoints } from './enrollment-tokens.ts';
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

/** The vendor's pages show the tokens of Windows; those of Apple are said to work the same. */
export const appleEnrollmentTokensEndpoints: readonly Endpoint[] = tokenEndpoints({
  platform: 'apple',
  one: 'an Apple enrolment token',
  tag: 'Apple enrolment tokens',
  idName: 'admEnrollmentTokenId',
  descriptions: {
    create: 'One device can enrol by it unless `maxUses` says otherwise, with the profile at `config.url`.',
    update: 'Devices that enrolled before keep what they got.',
    remove: 'No device can enrol by it any more. Those that did stay enrolled.',
  },
  NewToken,
  TokenChange,
  TokenAnswer,
  async create(context, body) {
    refuseEmail(body.sendEmail);
    const created = await createEnrollment(context, {
      maxUses: 1,
      ...(await readChange(context, body)),
      platform: 'apple',
      code: newEnrollmentCode(randomBytes),
    });
    await setPolicies(context, created, body);
    return created;
  },
  async update(context, id, ifMatch, body) {
    const updated = await updateEnrollment(context, id, ifMatch, await readChange(context, body));
    await setPolicies(context, updated, body);
    return updated;
  },
  answersOf,
});

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

function answersOf(
  context: WriteContext,
  enrollments: readonly EnrollmentWithCode[],
  publicUrl: string,
): Promise<Static<typeof TokenAnswer>[]> {
  const enterpriseId = hex(context.scope.organization.id);
  return answersOfTokens(context, enrollments, ({ code, maxUses, uses }, { primary, further }) => ({
    admEnterpriseId: enterpriseId,
    config: { url: `${publicUrl}/mdm/apple/enroll/${code.reveal()}`, code: code.reveal() },
    type: 'apple' as const,
    maxUses,
    uses,
    ...(primary !== undefined && { policyId: primary }),
    admPolicyAssignments: further.map(({ id, priority }) => ({ admPolicyId: id, priority })),
  }));
}
