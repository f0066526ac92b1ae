import { randomBytes } from 'node:crypto';
import { Type, type Static } from 'typebox';
import {
  issueAgentToken,
  lastReports,
  listAgents,
  newAgentToken,
  revokeAgentToken,
  type Agent,
} from '../../../devices/agents/index.ts';
import { deviceKey, lockDevice, type Device } from '../../../devices/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { AnyId, Guid, idInPath, ListOf, Nullable, pageById, PageQuery, Timestamp } from '../shapes.ts';
import { DevicePath, requireDevice } from './named-device.ts';

const tag = 'Devices';
const readPermission = ['windows.device.read', 'apple.device.read'] as const;

const CredentialsShape = Type.Object({
  id: Guid('Id'),
  createdAt: Timestamp('When they were given'),
  createdBy: Type.String({ description: 'Who gave them' }),
  revokedAt: Nullable(
    Timestamp('When they were revoked, or others took their place; null while they are good'),
  ),
  lastSeenAt: Nullable(Timestamp('When the agent called last, to the minute')),
  version: Nullable(Type.String({ description: 'What the agent calls itself' })),
  os: Nullable(Type.String({ description: 'What the agent says that it runs on' })),
});

const NewCredentials = Type.Object({
  ...CredentialsShape.properties,
  token: Type.String({ description: "The agent's token. It is shown this once" }),
  server: Type.String({ description: 'Where the agent calls' }),
});

function shown(agent: Agent): Static<typeof CredentialsShape> {
  return {
    id: agent.id,
    createdAt: agent.createdAt.toISOString(),
    createdBy: agent.createdBy,
    revokedAt: agent.revokedAt?.toISOString() ?? null,
    lastSeenAt: agent.lastSeenAt?.toISOString() ?? null,
    version: agent.version,
    os: agent.os,
  };
}

const lock = (context: WriteContext, { id, platform }: Device) =>
  lockDevice(context, platform, deviceKey(hexOfId(id)));

export const deviceAgentEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listAgentCredentials',
    method: 'GET',
    url: '/devices/{device}/agent-credentials',
    tag,
    summary: "List the credentials that a device's agent ever had, newest first",
    permission: readPermission,
    path: DevicePath,
    query: PageQuery,
    data: ListOf(CredentialsShape),
    handle: async ({ path, query, read }) => {
      const { id } = await requireDevice(read, path.device);
      const { items, next } = await pageById(query, (part) => listAgents(read, id, part));
      return { data: { items: items.map(shown), next } };
    },
  }),
  endpoint({
    name: 'createAgentCredentials',
    method: 'POST',
    url: '/devices/{device}/agent-credentials',
    tag,
    summary: 'Give the agent of a device its credentials',
    description:
      'The answer is the only one that shows the token. Credentials that the device had before are revoked: a device has one agent.',
    permission: 'agent.update',
    path: DevicePath,
    body: Type.Object({}),
    data: NewCredentials,
    handle: async ({ path, read, change, publicUrl }) => {
      const device = await requireDevice(read, path.device);
      const token = newAgentToken(randomBytes);
      const agent = await change(async (context) =>
        issueAgentToken(context, await lock(context, device), token),
      );
      return { created: agent.id, data: { ...shown(agent), token: token.reveal(), server: publicUrl } };
    },
  }),
  endpoint({
    name: 'deleteAgentCredentials',
    method: 'DELETE',
    url: '/devices/{device}/agent-credentials/{credentials}',
    tag,
    summary: "Revoke the credentials of a device's agent",
    description: 'They are refused from the next call on.',
    permission: 'agent.update',
    path: Type.Object({ ...DevicePath.properties, credentials: AnyId('Id of the credentials') }),
    data: Type.Undefined(),
    handle: async ({ path, read, change }) => {
      const device = await requireDevice(read, path.device);
      const id = idInPath(path.credentials, 'Agent credentials');
      await change(async (context) => revokeAgentToken(context, await lock(context, device), id));
      return { data: undefined };
    },
  }),
  endpoint({
    name: 'listAgentReports',
    method: 'GET',
    url: '/devices/{device}/agent-reports',
    tag,
    summary: 'List what the agent of a device told of its place or its network, newest first',
    permission: readPermission,
    path: DevicePath,
    query: Type.Object({
      kind: Type.Optional(Type.Enum(['location', 'networkStatus'], { description: 'Only these' })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'Items (100)' })),
    }),
    data: Type.Object({
      items: Type.Array(
        Type.Object({
          id: Guid('Id'),
          kind: Type.Enum(['location', 'networkStatus']),
          at: Timestamp("When it was so, by the device's clock"),
          reportedAt: Timestamp('When it was told'),
          content: Type.Record(Type.String(), Type.Unknown(), {
            description: 'As the agent told it: see the protocol of agents',
          }),
        }),
        { description: 'The last 500 of each kind are kept' },
      ),
    }),
    handle: async ({ path, query, read }) => {
      const { id } = await requireDevice(read, path.device);
      const reports = await lastReports(read, id, query.kind, { limit: query.limit ?? 100 });
      return {
        data: {
          items: reports.map((report) => ({
            id: report.id,
            kind: report.kind,
            at: report.at.toISOString(),
            reportedAt: report.reportedAt.toISOString(),
            content: report.content,
          })),
        },
      };
    },
  }),
];
