import { randomBytes } from 'node:crypto';
import { Type, type Static } from 'typebox';
import {
  createEnrollment,
  newEnrollmentCode,
  pageOfEnrollments,
  removeEnrollment,
  requireEnrollment,
  stateOfEnrollment,
  updateEnrollment,
  type EnrollmentWithCode,
} from '../../../devices/enrollments/index.ts';
import { requireUserOfInput } from '../../../devices/index.ts';
import { usersByIds } from '../../../directory/index.ts';
import { invalidInput, notFound } from '../../../kernel/fault.ts';
import type { Id } from '../../../kernel/id.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import {
  hex,
  HexId,
  idOf,
  PageOf,
  pageOf,
  PageQuery,
  readPage,
  SegmentNumber,
  Timestamp,
} from '../shapes.ts';
import { MdmUser, mdmUserOf, Tag } from './device-shape.ts';
import { NullableId } from './nullable-id.ts';
import { segmentQuery, segmentsOf } from './segment-query.ts';

/** As far as tokens are answered: withdrawn ones are not. */
const states = { open: 'PENDING', spent: 'DONE', expired: 'EXPIRED' } as const;

const tenYears = 315_360_000;

const TokenAnswer = Type.Object({
  id: HexId('Enrolment token'),
  organizationId: HexId('Organization'),
  admEnterpriseId: HexId("Apple enterprise: an organization has one, under the organization's id"),
  mdmUser: Type.Optional(MdmUser),
  displayName: Type.Optional(Type.String({ maxLength: 128 })),
  tags: Type.Array(Type.String()),
  state: Type.Enum(Object.values(states), {
    description: 'PENDING while devices can enrol by it, DONE when it was used as often as it may be',
  }),
  config: Type.Object({
    url: Type.String({ description: 'Where a device opens its enrolment profile; whoever has it can enrol' }),
    code: Type.String({ description: 'The secret by which devices enrol' }),
  }),
  type: Type.Literal('apple'),
  subType: Type.Literal('enrollment'),
  segmentId: Type.Integer({ description: 'Segment that the devices get; 0 is the root' }),
  maxUses: Type.Union([Type.Integer(), Type.Null()], {
    description: 'How many devices may enrol; null for any',
  }),
  uses: Type.Integer({ description: 'How many devices have enrolled' }),
  updatedAt: Timestamp('Last change'),
  createdAt: Timestamp('Creation'),
  expireAt: Type.Optional(Timestamp('When it ends')),
});

const TokenChange = Type.Object({
  displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  tags: Type.Optional(Type.Array(Tag, { maxItems: 100, description: 'Tags that the devices get' })),
  mdmUserId: Type.Optional(NullableId('MDM user that the devices get; null for none')),
  segmentId: Type.Optional(SegmentNumber),
  maxUses: Type.Optional(
    Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      minimum: 1,
      maximum: 1_000_000,
      description: 'How many devices may enrol (1); null for any',
    }),
  ),
  duration: Type.Optional(
    Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      minimum: 1,
      maximum: tenYears,
      description: 'Seconds from now until it ends; null for never',
    }),
  ),
  policyId: Type.Optional(NullableId('Apple policies are not there yet: null or left out')),
  admPolicyAssignments: Type.Optional(
    Type.Array(Type.Unknown(), { description: 'Apple policies are not there yet: empty or left out' }),
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

const sorts = {
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
  displayName: 'displayName',
  expireAt: 'expiresAt',
} as const;

/** The vendor's pages show the tokens of Windows; those of Apple are said to work the same. */
export const appleEnrollmentTokensEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url,
    summary: 'List Apple enrolment tokens',
    tag,
    permission: 'enrollment.read',
    query: Type.Object({ ...PageQuery.properties, ...segmentQuery }),
    data: PageOf(TokenAnswer),
    handle: ({ query, change, publicUrl }) =>
      change(async (context) => {
        const page = readPage(query, Object.keys(sorts) as [keyof typeof sorts]);
        const segments = await segmentsOf(context, query);
        const { items, total } = await pageOfEnrollments(
          context,
          { platform: 'apple', segments },
          { ...page, sort: { ...page.sort, field: sorts[page.sort.field] } },
        );
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
        if (body.sendEmail) {
          const message =
            'this server sends no e-mail; leave it out, and hand out the `config.url` of the answer';
          throw invalidInput([{ path: 'sendEmail', message }]);
        }
        const content = await readChange(context, body);
        const created = await createEnrollment(context, {
          maxUses: 1,
          ...content,
          platform: 'apple',
          code: newEnrollmentCode(randomBytes),
        });
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
      change(async (context) => answer(context, await requireToken(context, path), publicUrl)),
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
        const { id } = await requireToken(context, path);
        const content = await readChange(context, body);
        return answer(context, await updateEnrollment(context, id, ifMatch, content), publicUrl);
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
        const { id } = await requireToken(context, path);
        await removeEnrollment(context, id);
        return { data: { delete: true } };
      }),
  }),
];

/** Faults: `notFound`, also for an enrolment of another platform. */
async function requireToken(
  context: WriteContext,
  { admEnrollmentTokenId: text }: Static<typeof path>,
): Promise<EnrollmentWithCode> {
  const enrollment = await requireEnrollment(context, idOf(text, 'Enrolment'));
  if (enrollment.platform !== 'apple') throw notFound('Enrolment', text);
  return enrollment;
}

async function readChange(context: WriteContext, body: Static<typeof TokenChange>) {
  const { displayName, tags, mdmUserId, segmentId, maxUses, duration, policyId, admPolicyAssignments } = body;
  const violations = [
    ...(policyId == null ? [] : ['policyId']),
    ...(admPolicyAssignments?.length ? ['admPolicyAssignments'] : []),
  ].map((path) => ({
    path,
    message:
      'devices get no policies by their token; leave it out or empty. Device configurations of Microsoft Graph reach them through groups',
  }));
  if (violations.length > 0) throw invalidInput(violations);
  const userId = mdmUserId == null ? mdmUserId : idOf(mdmUserId, 'MDM user');
  if (userId) await requireUserOfInput(context, { id: userId, path: 'mdmUserId' });
  return {
    ...(displayName !== undefined && { displayName }),
    ...(tags !== undefined && { tags }),
    ...(userId !== undefined && { userId }),
    ...(segmentId !== undefined && { segment: Number(segmentId) }),
    ...(maxUses !== undefined && { maxUses }),
    ...(duration !== undefined && {
      expiresAt: duration === null ? null : new Date(context.now.getTime() + duration * 1_000),
    }),
  };
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
  const { organization } = context.scope;
  const users = await usersByIds(
    context,
    enrollments.map(({ userId }) => userId).filter((id): id is Id => id !== null),
  );
  return enrollments.map((enrollment) => {
    const { displayName, userId, expiresAt } = enrollment;
    const user = userId && users.get(userId);
    const code = enrollment.code.reveal();
    return {
      id: hex(enrollment.id),
      organizationId: hex(organization.id),
      admEnterpriseId: hex(organization.id),
      ...(user && { mdmUser: mdmUserOf(user) }),
      ...(displayName !== null && { displayName }),
      tags: [...enrollment.tags],
      state: states[stateOfEnrollment(enrollment, context.now) as keyof typeof states],
      config: { url: `${publicUrl}/mdm/apple/enroll/${code}`, code },
      type: 'apple',
      subType: 'enrollment',
      segmentId: enrollment.segment,
      maxUses: enrollment.maxUses,
      uses: enrollment.uses,
      updatedAt: enrollment.updatedAt.toISOString(),
      createdAt: enrollment.createdAt.toISOString(),
      ...(expiresAt && { expireAt: expiresAt.toISOString() }),
    };
  });
}
