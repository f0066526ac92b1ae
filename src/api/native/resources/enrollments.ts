import { randomBytes } from 'node:crypto';
import { Type, type Static } from 'typebox';
import {
  createEnrollment,
  listEnrollments,
  newEnrollmentCode,
  pcSignUp,
  removeEnrollment,
  requireEnrollment,
  stateOfEnrollment,
  type EnrollmentWithCode,
} from '../../../devices/enrollments/index.ts';
import { requireSegmentOfInput } from '../../../devices/index.ts';
import { usersByIds } from '../../../directory/index.ts';
import {
  policiesOfEnrollments,
  setEnrollmentPolicies,
  type EnrollmentPolicy,
} from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { AnyId, Guid, idIn, idInPath, ListOf, Nullable, pageById, PageQuery, Timestamp } from '../shapes.ts';

const tag = 'Enrolments';

const content = {
  displayName: Nullable(Type.String({ minLength: 1, maxLength: 128, description: 'For people' })),
  maxUses: Nullable(
    Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'How many devices may enrol; null for any' }),
  ),
  expiresAt: Nullable(Timestamp('When it ends; null for never')),
  tags: Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
    maxItems: 100,
    description: 'Tags that the devices get',
  }),
  segment: Type.Integer({ minimum: 0, maximum: 2_147_483_647, description: 'Segment that the devices get' }),
};

const Priority = Type.Integer({ minimum: 0, maximum: 10_000, description: 'The lower number wins' });
const policies = {
  maxItems: 100,
  description:
    'What each device gets by itself: device configurations on Apple devices, Windows policies on PCs',
};

const PlatformName = Type.Enum(['apple', 'windows'], { description: 'What kind of devices enrol' });

const EnrollmentPolicyShape = Type.Object({
  id: Guid('Id'),
  name: Type.String(),
  priority: Nullable(Priority),
});

const EnrollmentShape = Type.Object({
  id: Guid('Id'),
  platform: PlatformName,
  ...content,
  userId: Nullable(Guid('User that the devices get')),
  policies: Type.Array(EnrollmentPolicyShape, policies),
  code: Type.String({ description: 'The secret by which devices enrol: on a PC, the password' }),
  url: Type.Optional(Type.String({ description: 'Apple: where a device opens its enrolment profile' })),
  username: Type.Optional(
    Type.String({
      description: 'Windows: what can be typed as e-mail address; it is only kept, not checked',
    }),
  ),
  discoveryUrl: Type.Optional(Type.String({ description: 'Windows: the server address' })),
  deepLink: Type.Optional(
    Type.String({ description: 'Windows: opens the enrolment on the PC, with address and name filled in' }),
  ),
  state: Type.Enum(['open', 'spent', 'expired'], { description: 'Whether devices can enrol' }),
  uses: Type.Integer({ description: 'How many devices have enrolled' }),
  createdAt: Timestamp('When it was created'),
});

const NewEnrollmentShape = Type.Object({
  platform: PlatformName,
  ...Type.Partial(
    Type.Object({
      ...content,
      userId: Nullable(AnyId('Id of a user')),
      policies: Type.Array(
        Type.Object({ id: AnyId('Id of a device configuration or Windows policy'), priority: Priority }),
        policies,
      ),
    }),
  ).properties,
});

const EnrollmentPath = Type.Object({ enrollment: AnyId('Id of the enrolment') });

/** The answers for these enrolments, in their order. */
async function answersFor(
  context: WriteContext,
  enrollments: readonly EnrollmentWithCode[],
  publicUrl: string,
): Promise<Static<typeof EnrollmentShape>[]> {
  const given = await policiesOfEnrollments(
    context,
    enrollments.map(({ id }) => id),
  );
  const users = await usersByIds(
    context,
    enrollments.flatMap(({ userId }) => userId ?? []),
  );
  return enrollments.map((item) => {
    const email = item.userId ? users.get(item.userId)?.email : undefined;
    return shown(item, given.get(item.id) ?? [], waysToEnroll(item, publicUrl, email), context.now);
  });
}

function waysToEnroll({ platform, code }: EnrollmentWithCode, publicUrl: string, email: string | undefined) {
  return platform === 'windows'
    ? pcSignUp(publicUrl, email)
    : { url: `${publicUrl}/mdm/apple/enroll/${code.reveal()}` };
}

function shown(
  enrollment: EnrollmentWithCode,
  given: readonly EnrollmentPolicy[],
  ways: ReturnType<typeof waysToEnroll>,
  now: Date,
): Static<typeof EnrollmentShape> {
  return {
    id: enrollment.id,
    platform: enrollment.platform,
    displayName: enrollment.displayName,
    maxUses: enrollment.maxUses,
    expiresAt: enrollment.expiresAt?.toISOString() ?? null,
    tags: [...enrollment.tags],
    segment: enrollment.segment,
    userId: enrollment.userId,
    policies: [...given],
    code: enrollment.code.reveal(),
    ...ways,
    // Removed ones are not read.
    state: stateOfEnrollment(enrollment, now) as 'open' | 'spent' | 'expired',
    uses: enrollment.uses,
    createdAt: enrollment.createdAt.toISOString(),
  };
}

export const enrollmentEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listEnrollments',
    method: 'GET',
    url: '/enrollments',
    tag,
    summary: 'List enrolments, oldest first',
    permission: 'enrollment.read',
    query: PageQuery,
    data: ListOf(EnrollmentShape),
    handle: async ({ query, change, publicUrl }) =>
      change(async (context) => {
        const { items, next } = await pageById(query, (part) => listEnrollments(context, part));
        return { data: { items: await answersFor(context, items, publicUrl), next } };
      }),
  }),
  endpoint({
    name: 'createEnrollment',
    method: 'POST',
    url: '/enrollments',
    tag,
    summary: 'Create an enrolment: the permission for devices to enrol',
    description:
      'An Apple device enrols with the profile at `url`, which whoever has the code can open; on a PC the code is the password.',
    permission: 'enrollment.create',
    body: NewEnrollmentShape,
    data: EnrollmentShape,
    handle: async ({ body, change, publicUrl }) => {
      const { userId: user, expiresAt, policies: given = [], ...rest } = body;
      const userId = user == null ? null : idIn(user, 'userId');
      return change(async (context) => {
        if (rest.segment !== undefined) await requireSegmentOfInput(context, rest.segment, 'segment');
        const created = await createEnrollment(context, {
          ...rest,
          userId,
          expiresAt: expiresAt == null ? null : new Date(expiresAt),
          code: newEnrollmentCode(randomBytes),
        });
        const direct = given.map(({ id, priority }, index) => {
          const path = `policies[${index}].id`;
          return { policy: { id: idIn(id, path), path }, priority };
        });
        await setEnrollmentPolicies(context, created, { direct });
        const [data] = await answersFor(context, [created], publicUrl);
        return { created: created.id, data: data! };
      });
    },
  }),
  endpoint({
    name: 'getEnrollment',
    method: 'GET',
    url: '/enrollments/{enrollment}',
    tag,
    summary: 'Get an enrolment',
    permission: 'enrollment.read',
    path: EnrollmentPath,
    data: EnrollmentShape,
    handle: async ({ path, change, publicUrl }) => {
      const id = idInPath(path.enrollment, 'Enrolment');
      return change(async (context) => ({
        data: (await answersFor(context, [await requireEnrollment(context, id)], publicUrl))[0]!,
      }));
    },
  }),
  endpoint({
    name: 'deleteEnrollment',
    method: 'DELETE',
    url: '/enrollments/{enrollment}',
    tag,
    summary: 'Withdraw an enrolment',
    description: 'No device can enrol by it any more. Those that did stay enrolled.',
    permission: 'enrollment.remove',
    path: EnrollmentPath,
    data: Type.Undefined(),
    handle: async ({ path, change }) => {
      const id = idInPath(path.enrollment, 'Enrolment');
      await change((context) => removeEnrollment(context, id));
      return { data: undefined };
    },
  }),
];
