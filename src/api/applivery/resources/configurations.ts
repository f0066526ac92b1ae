import { Type } from 'typebox';
import { entraTextLimit, putEntraConfiguration, type EntraConfiguration } from '../../../compliance/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import type { Id } from '../../../kernel/id.ts';
import { Secret } from '../../../kernel/secret.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { hex, HexId, Timestamp } from '../shapes.ts';

const mask = '*'.repeat(8);
const maskedShape = /^[*•]+$/;

const EntraText = (description: string) =>
  Type.String({ minLength: 1, maxLength: entraTextLimit, description });

const EntraId = Type.Object(
  {
    tenantId: EntraText('Microsoft Entra ID tenant identifier'),
    clientId: EntraText('Application (client) identifier registered in Microsoft Entra ID'),
    clientSecret: Type.Optional(
      EntraText(
        'Application client secret. Answers hold eight asterisks in its place. Left out or sent back masked, the stored one is kept.',
      ),
    ),
  },
  { description: 'Credentials for Microsoft Graph, to which device compliance is reported' },
);

const Configuration = Type.Object({
  id: HexId('MDM configuration'),
  organizationId: HexId('Organization'),
  entraId: EntraId,
  updatedAt: Timestamp('Last change'),
  createdAt: Timestamp('Creation'),
});

/** https://docs.applivery.com/en/api/ > UEM > Configurations */
export const configurationsEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/mdm/configurations',
    summary: 'Get MDM configurations',
    tag: 'Configurations',
    permission: 'configuration.read',
    data: Configuration,
    async handle({ gathered, read }) {
      const configuration = await gathered.entraConfiguration(read.scope.organization.id);
      if (!configuration) throw new Fault('notFound', 'The organization has no MDM configuration yet.');
      return answerOf(configuration, read.scope.organization.id);
    },
  }),
  endpoint({
    method: 'PUT',
    url: '/mdm/configurations',
    summary: 'Update MDM configurations',
    description: 'Creates or replaces the MDM integration credentials of the organization.',
    tag: 'Configurations',
    permission: 'configuration.update',
    body: Type.Object({ entraId: EntraId }),
    data: Configuration,
    async handle({ body: { entraId }, change, ifMatch, read }) {
      const { tenantId, clientId, clientSecret } = entraId;
      const configuration = await change((context) =>
        putEntraConfiguration(
          context,
          { tenantId, clientId, clientSecret: readSecret(clientSecret) },
          ifMatch,
        ),
      );
      return answerOf(configuration, read.scope.organization.id);
    },
  }),
];

function readSecret(sent: string | undefined): Secret | 'keep' {
  return sent === undefined || maskedShape.test(sent) ? 'keep' : new Secret(sent);
}

function answerOf(configuration: EntraConfiguration, organizationId: Id) {
  const { id, tenantId, clientId, hasClientSecret, updatedAt, createdAt, revision } = configuration;
  return {
    data: {
      id: hex(id),
      organizationId: hex(organizationId),
      entraId: { tenantId, clientId, ...(hasClientSecret && { clientSecret: mask }) },
      updatedAt: updatedAt.toISOString(),
      createdAt: createdAt.toISOString(),
    },
    revision,
  };
}
