import { randomBytes } from 'node:crypto';
import { Type, type Static } from 'typebox';
import {
  createEnrollment,
  listEnrollments,
  newEnrollmentCode,
  removeEnrollment,
  requireEnrollment,
  stateOfEnrollment,
  type EnrollmentWithCode,
} from '../../../devices/enrollments/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import {
  AnyId,
  Guid,
  idInPath,
  ListOf,
  Nullable,
  pageById,
  PageQuery,
  readId,
  Timestamp,
} from '../shapes.ts';

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

const Platform = Type.Enum(['apple'], { description: 'What kind of devices enrol' });

const EnrollmentShape = Type.Object({
  id: Guid('Id'),
  platform: Platform,
  ...content,
  userId: Nullable(Guid('User that the devices get')),
  code: Type.String({ description: 'The secret by which devices enrol' }),
  url: Type.String({ description: 'Where a device opens its enrolment profile' }),
  state: Type.Enum(['open', 'spent', 'expired'], { description: 'Whether devices can enrol' }),
  uses: Type.Integer({ description: 'How many devices have enrolled' }),
  createdAt: Timestamp('When it was created'),
});

const NewEnrollmentShape = Type.Object({
  platform: Platform,
  ...Type.Partial(Type.Object({ ...content, userId: Nullable(AnyId('Id of a user')) })).properties,
});

const EnrollmentPath = Type.Object({ enrollment: AnyId('Id of the enrolment') });

function shown(enrollment: EnrollmentWithCode, publicUrl: string, now: Date): Static<typeof EnrollmentShape> {
  const code = enrollment.code.reveal();
  return {
    id: enrollment.id,
    platform: 'apple',
    displayName: enrollment.displayName,
    maxUses: enrollment.maxUses,
    expiresAt: enrollment.expiresAt?.toISOString() ?? null,
    tags: [...enrollment.tags],
    segment: enrollment.segment,
    userId: enrollment.userId,
    code,
    url: `${publicUrl}/mdm/apple/enroll/${code}`,
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
        return { data: { items: items.map((item) => shown(item, publicUrl, context.now)), next } };
      }),
  }),
  endpoint({
    name: 'createEnrollment',
    method: 'POST',
    url: '/enrollments',
    tag,
    summary: 'Create an enrolment: the permission for devices to enrol',
    description: 'A device enrols with the profile at `url`, which whoever has the code can open.',
    permission: 'enrollment.create',
    body: NewEnrollmentShape,
    data: EnrollmentShape,
    handle: async ({ body, change, publicUrl }) => {
      const { userId: user, expiresAt, ...rest } = body;
      const userId = user == null ? null : readId(user);
      if (userId === undefined) {
        throw invalidInput([{ path: 'userId', message: `'${user}' is not an id` }]);
      }
      return change(async (context) => {
        const created = await createEnrollment(context, {
          ...rest,
          userId,
          expiresAt: expiresAt == null ? null : new Date(expiresAt),
          code: newEnrollmentCode(randomBytes),
        });
        return { created: created.id, data: shown(created, publicUrl, context.now) };
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
        data: shown(await requireEnrollment(context, id), publicUrl, context.now),
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
