import { Type, type Static } from 'typebox';
import {
  setWindowsEnrollment,
  windowsEnrollmentOf,
  type WindowsEnrollment,
} from '../../../devices/enrollments/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import type { Organization } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { AnyId, Guid, idIn, Nullable } from '../shapes.ts';

const tag = 'Enrolments';
const url = '/windows-enrollment';

const Https = (description: string) =>
  Type.String({ pattern: '^https://', 'x-takes': 'an https URL', maxLength: 2_048, description });

const entra = {
  issuer: Https('`iss` of the tokens'),
  audience: Type.String({
    minLength: 1,
    maxLength: 2_048,
    description: "`aud` of the tokens: the application's App ID URI",
  }),
  jwksUrl: Https('Where the issuer publishes its keys'),
  tenantId: Type.String({ minLength: 1, maxLength: 64, description: '`tid` of the tokens' }),
};

const authPolicy = Type.Enum(['OnPremise', 'Federated'], {
  description:
    'How users are asked for the code: by Windows as for a password, or on the page of the server. PCs that offer one way alone are asked in that one',
});

const Settings = Type.Object({
  authPolicy,
  entra: Nullable(
    Type.Object({ ...entra, enrollmentId: Guid('Enrolment by which PCs of the tenant enrol') }),
  ),
  discoveryUrl: Type.String({ description: "The organization's own address for Discovery" }),
});

const NewSettings = Type.Object({
  authPolicy,
  entra: Nullable(
    Type.Object({ ...entra, enrollmentId: AnyId('Enrolment by which PCs of the tenant enrol') }),
  ),
});

function shown(
  { authPolicy: policy, entra: settings }: WindowsEnrollment,
  { id }: Organization,
  publicUrl: string,
): { data: Static<typeof Settings> } {
  const discoveryUrl = `${publicUrl}/EnrollmentServer/${hexOfId(id)}/Discovery.svc`;
  return { data: { authPolicy: policy, entra: settings, discoveryUrl } };
}

export const windowsEnrollmentEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'getWindowsEnrollment',
    method: 'GET',
    url,
    tag,
    summary: 'Get how PCs enrol',
    permission: 'enrollment.read',
    data: Settings,
    handle: async ({ read, publicUrl }) => {
      const { organization } = read.scope;
      return shown(await windowsEnrollmentOf(read.db, organization.id), organization, publicUrl);
    },
  }),
  endpoint({
    name: 'setWindowsEnrollment',
    method: 'PUT',
    url,
    tag,
    summary: 'Say how PCs enrol',
    permission: 'enrollment.update',
    body: NewSettings,
    data: Settings,
    handle: async ({ body, read, change, publicUrl }) => {
      const settings = await change((context) =>
        setWindowsEnrollment(context, {
          authPolicy: body.authPolicy,
          entra: body.entra && {
            ...body.entra,
            enrollmentId: idIn(body.entra.enrollmentId, 'entra.enrollmentId'),
          },
        }),
      );
      return shown(settings, read.scope.organization, publicUrl);
    },
  }),
  endpoint({
    name: 'resetWindowsEnrollment',
    method: 'DELETE',
    url,
    tag,
    summary: 'Let PCs enrol as they do where nothing is said: by code as password, and by no tenant',
    permission: 'enrollment.update',
    data: Type.Undefined(),
    handle: async ({ change }) => {
      await change((context) => setWindowsEnrollment(context));
      return { data: undefined };
    },
  }),
];
