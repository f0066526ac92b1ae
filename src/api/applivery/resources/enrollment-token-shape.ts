import { Type, type Static } from 'typebox';
import {
  pageOfEnrollments,
  requireEnrollment,
  stateOfEnrollment,
  type EnrollmentWithCode,
} from '../../../devices/enrollments/index.ts';
import { requireUserOfInput, type Platform } from '../../../devices/index.ts';
import { usersByIds, type User } from '../../../directory/index.ts';
import { invalidInput, notFound } from '../../../kernel/fault.ts';
import { policiesOfEnrollments, setEnrollmentPolicies } from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { hex, HexId, idOf, PageQuery, readPageBy, SegmentNumber, Timestamp } from '../shapes.ts';
import { MdmUser, mdmUserOf, Tag } from './device-shape.ts';
import { NullableId } from './nullable-id.ts';
import { segmentQuery, segmentsOf } from './segment-query.ts';

/** As far as tokens are answered: withdrawn ones are not. */
const states = { open: 'PENDING', spent: 'DONE', expired: 'EXPIRED' } as const;

const tenYears = 315_360_000;

/** What the enrolment tokens of every platform have. */
export const TokenProperties = {
  id: HexId('Enrolment token'),
  organizationId: HexId('Organization'),
  mdmUser: Type.Optional(MdmUser),
  displayName: Type.Optional(Type.String({ maxLength: 128 })),
  tags: Type.Array(Type.String()),
  state: Type.Enum(Object.values(states), {
    description: 'PENDING while devices can enrol by it, DONE when it was used as often as it may be',
  }),
  subType: Type.Literal('enrollment'),
  segmentId: Type.Integer({ description: 'Segment that the devices get; 0 is the root' }),
  updatedAt: Timestamp('Last change'),
  createdAt: Timestamp('Creation'),
  expireAt: Type.Optional(Timestamp('When it ends')),
};

/** What can be said of the enrolment tokens of every platform. */
export const TokenChangeProperties = {
  displayName: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  tags: Type.Optional(Type.Array(Tag, { maxItems: 100, description: 'Tags that the devices get' })),
  mdmUserId: Type.Optional(NullableId('MDM user that the devices get; null for none')),
  segmentId: Type.Optional(SegmentNumber),
  duration: Type.Optional(
    Type.Unsafe<number | null>({
      type: ['integer', 'null'],
      minimum: 1,
      maximum: tenYears,
      description: 'Seconds from now until it ends; null for never',
    }),
  ),
};

const TokenChange = Type.Object(TokenChangeProperties);

export const TokenQuery = Type.Object({ ...PageQuery.properties, ...segmentQuery });

const sorts = {
  createdAt: 'createdAt',
  updatedAt: 'updatedAt',
  displayName: 'displayName',
  expireAt: 'expiresAt',
} as const;

export async function listTokens(
  context: WriteContext,
  platform: Platform,
  query: Static<typeof TokenQuery>,
) {
  const page = readPageBy(query, sorts);
  const segments = await segmentsOf(context, query);
  return { ...(await pageOfEnrollments(context, { platform, segments }, page)), page };
}

/** Faults: `notFound`, also for an enrolment of another platform. */
export async function requireToken(
  context: WriteContext,
  platform: Platform,
  text: string,
): Promise<EnrollmentWithCode> {
  const enrollment = await requireEnrollment(context, idOf(text, 'Enrolment'));
  if (enrollment.platform !== platform) throw notFound('Enrolment', text);
  return enrollment;
}

/** Faults: `invalidInput` (a user that the organization does not have). */
export async function readTokenChange(
  context: WriteContext,
  { displayName, tags, mdmUserId, segmentId, duration }: Static<typeof TokenChange>,
) {
  const userId = mdmUserId == null ? mdmUserId : idOf(mdmUserId, 'MDM user');
  if (userId) await requireUserOfInput(context, { id: userId, path: 'mdmUserId' });
  return {
    ...(displayName !== undefined && { displayName }),
    ...(tags !== undefined && { tags }),
    ...(userId !== undefined && { userId }),
    ...(segmentId !== undefined && { segment: Number(segmentId) }),
    ...(duration !== undefined && {
      expiresAt: duration === null ? null : new Date(context.now.getTime() + duration * 1_000),
    }),
  };
}

/** Faults: `invalidInput` when somebody is to be sent an e-mail. */
export function refuseEmail(sendEmail: boolean | undefined): void {
  if (!sendEmail) return;
  const message = 'this server sends no e-mail; leave it out, and hand out the `config` of the answer';
  throw invalidInput([{ path: 'sendEmail', message }]);
}

/** What the answers of every platform have. */
function tokenPropertiesOf(
  { scope, now }: WriteContext,
  enrollment: EnrollmentWithCode,
  user: User | undefined,
) {
  const { displayName, expiresAt } = enrollment;
  return {
    id: hex(enrollment.id),
    organizationId: hex(scope.organization.id),
    ...(user && { mdmUser: mdmUserOf(user) }),
    ...(displayName !== null && { displayName }),
    tags: [...enrollment.tags],
    state: states[stateOfEnrollment(enrollment, now) as keyof typeof states],
    subType: 'enrollment' as const,
    segmentId: enrollment.segment,
    updatedAt: enrollment.updatedAt.toISOString(),
    createdAt: enrollment.createdAt.toISOString(),
    ...(expiresAt && { expireAt: expiresAt.toISOString() }),
  };
}

/** What a body says of the policies that a token gives; absent members stay as they are. */
interface TokenPolicies {
  readonly primary: string | null | undefined;
  readonly further: readonly { readonly id: string; readonly priority: number }[] | undefined;
}

/** Where a body says it: the primary policy, the list of further ones, and the id in each of its items. */
type PolicyPlaces = readonly [primary: string, list: string, id: string];

/** Faults: see `setEnrollmentPolicies`. */
export function setTokenPolicies(
  context: WriteContext,
  enrollment: EnrollmentWithCode,
  { primary, further }: TokenPolicies,
  [primaryPlace, list, idPlace]: PolicyPlaces,
): Promise<void> {
  const named = (text: string, path: string) => ({ id: idOf(text, 'Policy'), path });
  return setEnrollmentPolicies(context, enrollment, {
    primary: primary == null ? primary : named(primary, primaryPlace),
    direct: further?.map(({ id, priority }, index) => ({
      policy: named(id, `${list}[${index}].${idPlace}`),
      priority,
    })),
  });
}

/** What tokens are answered with, in their order: what those of every platform have, and what `ownOf` adds of the token and what it gives. */
export async function answersOfTokens<Own>(
  context: WriteContext,
  enrollments: readonly EnrollmentWithCode[],
  ownOf: (enrollment: EnrollmentWithCode, given: GivenByToken) => Own,
) {
  const users = await usersByIds(
    context,
    enrollments.flatMap(({ userId }) => userId ?? []),
  );
  const policies = await policiesOfEnrollments(
    context,
    enrollments.map(({ id }) => id),
  );
  return enrollments.map((enrollment) => {
    const user = enrollment.userId === null ? undefined : users.get(enrollment.userId);
    const given = policies.get(enrollment.id) ?? [];
    const primary = given.find(({ priority }) => priority === null);
    const further = given.flatMap(({ id, priority }) =>
      priority === null ? [] : [{ id: hex(id), priority }],
    );
    return {
      ...tokenPropertiesOf(context, enrollment, user),
      ...ownOf(enrollment, { user, primary: primary && hex(primary.id), further }),
    };
  });
}

interface GivenByToken {
  readonly user: User | undefined;
  /** The primary policy. */
  readonly primary: string | undefined;
  readonly further: readonly { readonly id: string; readonly priority: number }[];
}
