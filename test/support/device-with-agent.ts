import type { NewDevice } from '../../src/devices/index.ts';
import type { Id } from '../../src/kernel/id.ts';
import type { Tenant, TestAnswer, TestServer } from './server.ts';
import { windowsOrganization, type WindowsOrganization } from './windows-organization.ts';

/** A Windows device with an agent, and the administrators' view of it. */
export interface DeviceWithAgent {
  readonly organization: WindowsOrganization;
  readonly tenant: Tenant;
  readonly deviceId: Id;
  readonly token: string;
  /** Calls the agent protocol as the device's agent; with a body by POST. */
  call(
    path: string,
    body?: unknown,
    options?: { token?: string | null; headers?: Record<string, string> },
  ): Promise<TestAnswer>;
  /** Sends a request of Muster's own API below the device. */
  native(path: string, body?: unknown, method?: 'GET' | 'POST' | 'DELETE'): Promise<TestAnswer>;
  /** Sends a request of Applivery's API below `/mdm/windows/enterprise/devices/{id}`. */
  applivery(path?: string): Promise<TestAnswer>;
  /** What `scheduler-scripts` answers. */
  runs(): Promise<{ runId: string; scriptId: string; name: string; arguments: string[]; content: string }[]>;
  /** Tells that a run ended with an exit code. */
  report(runId: string, exitCode?: number, rest?: Record<string, unknown>): Promise<TestAnswer>;
  /** How the settings of the effective policy are, by key. */
  states(): Promise<Record<string, { state: string; reason: string | null }>>;
}

export async function deviceWithAgent(
  server: TestServer,
  slug: string,
  device: Omit<NewDevice, 'platform'> = {},
): Promise<DeviceWithAgent> {
  const organization = await windowsOrganization(server, slug);
  const { tenant } = organization;
  const { id: deviceId } = await organization.device({ enrolledAt: server.now(), ...device });
  const own = `/api/v1/organizations/${slug}/devices/${deviceId}`;
  const native: DeviceWithAgent['native'] = (path, body, method = body === undefined ? 'GET' : 'POST') =>
    server.send({ method, url: own + path, token: tenant.token, ...(body !== undefined && { body }) });
  const { json: credentials } = await native('/agent-credentials', {});
  const call: DeviceWithAgent['call'] = (
    path,
    body,
    { token = credentials.token as string, headers = {} } = {},
  ) =>
    server.send({
      method: body === undefined ? 'GET' : 'POST',
      url: `/mdm/agent/v1${path}`,
      token,
      headers,
      ...(body !== undefined && { body }),
    });
  return {
    organization,
    tenant,
    deviceId,
    token: credentials.token as string,
    call,
    native,
    applivery: (path = '') => organization.send(`/windows/enterprise/devices/${hex(deviceId)}${path}`),
    runs: async () => (await call('/scheduler-scripts')).json.runs,
    report: (runId, exitCode = 0, rest = {}) =>
      call('/script-logs', {
        runId,
        outcome: 'ended',
        exitCode,
        startedAt: server.now().toISOString(),
        finishedAt: server.now().toISOString(),
        ...rest,
      }),
    async states() {
      const { json } = await native('/effective-policy?limit=1000');
      const settings = json.settings as { key: string; state: string; reason: string | null }[];
      return Object.fromEntries(settings.map(({ key, state, reason }) => [key, { state, reason }]));
    },
  };
}

function hex(id: string): string {
  return id.slice(0, 8) + id.slice(9, 13) + id.slice(15, 18) + id.slice(27);
}
