import { expect } from 'vitest';
import type { SessionReport, SimulatedWindowsDevice } from '../simulated-devices/windows/index.ts';
import type { Tenant, TestRequest, TestServer } from './server.ts';
import { enrollBy, windowsDevice, windowsEnrollment } from './windows-fleet.ts';
import { windowsOrganization, type WindowsOrganization } from './windows-organization.ts';

const mostSessions = 8;

// Answers are of every shape; what the tests find in them is compared.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** What an administrator does to PCs and sees of them. What an API refuses is thrown. */
export interface WindowsAdministrator {
  /** Below the organization's path of the native API. */
  native(method: TestRequest['method'], path: string, body?: unknown): Promise<Json>;
  /** Below `/mdm/windows/enterprise` of the organization's path of Applivery's API; answers `data`. */
  applivery(method: TestRequest['method'], path: string, body?: unknown): Promise<Json>;
  /** Creates a policy; answers its id. */
  policy(name: string, config: Readonly<Record<string, unknown>>, rest?: object): Promise<string>;
  /** Gives the PC these policies, each with its priority, and takes away the others. */
  assign(
    pc: SimulatedWindowsDevice,
    ...policies: readonly (readonly [id: string, priority: number])[]
  ): Promise<void>;
  /** As the native API knows the PC. */
  deviceOf(pc: SimulatedWindowsDevice): Promise<Json>;
  effective(pc: SimulatedWindowsDevice): Promise<Json>;
  /** What the explained policy says of a node. */
  setting(pc: SimulatedWindowsDevice, uri: string): Promise<Json>;
}

/** An organization in which an administrator and PCs act. */
export interface WindowsScenario extends WindowsAdministrator {
  readonly server: TestServer;
  readonly own: WindowsOrganization;
  /** A PC that is enrolled and has told its inventory. */
  enrolled(options?: Parameters<typeof windowsDevice>[1]): Promise<SimulatedWindowsDevice>;
}

export async function windowsScenario(server: TestServer, slug: string): Promise<WindowsScenario> {
  const own = await windowsOrganization(server, slug);
  const { tenant } = own;
  return {
    ...windowsAdministrator(server, tenant),
    server,
    own,
    async enrolled(options) {
      const pc = windowsDevice(server, options);
      await enrollBy(pc, await windowsEnrollment(server, tenant));
      await settle(pc);
      return pc;
    },
  };
}

export function windowsAdministrator(
  server: Pick<TestServer, 'send'>,
  { organization: { slug }, token }: Pick<Tenant, 'organization' | 'token'>,
): WindowsAdministrator {
  const send = async (method: TestRequest['method'], url: string, body?: unknown) => {
    const answer = await server.send({ method: method ?? 'GET', url, body, token });
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const native: WindowsAdministrator['native'] = (method, path, body) =>
    send(method, `/api/v1/organizations/${slug}${path}`, body);
  const applivery: WindowsAdministrator['applivery'] = async (method, path, body) =>
    (await send(method, `/v1/organizations/${slug}/mdm/windows/enterprise${path}`, body))?.data;
  const deviceOf: WindowsAdministrator['deviceOf'] = async ({ hardware }) => {
    const { items } = await native('GET', '/devices?limit=1000');
    const found = items.filter(({ serialNumber }: Json) => serialNumber === hardware.serialNumber);
    expect(found).toHaveLength(1);
    return found[0];
  };
  const effective: WindowsAdministrator['effective'] = async (pc) =>
    native('GET', `/devices/${(await deviceOf(pc)).id}/effective-policy?limit=1000`);
  return {
    native,
    applivery,
    deviceOf,
    effective,
    policy: async (name, config, rest = {}) =>
      (await applivery('POST', '/policies', { name, config, ...rest })).id,
    async assign(pc, ...policies) {
      const winPolicyAssignments = policies.map(([winPolicyId, priority]) => ({ winPolicyId, priority }));
      await applivery('PUT', `/devices/${pc.hardware.serialNumber}`, { winPolicyAssignments });
    },
    async setting(pc, uri) {
      const { settings } = await effective(pc);
      return settings.find(({ key }: Json) => key === uri.toLowerCase());
    },
  };
}

/** Sessions until the PC is told nothing more, or is not managed any more; answers those in which it was. */
export async function settle(pc: SimulatedWindowsDevice): Promise<readonly SessionReport[]> {
  const reports: SessionReport[] = [];
  while (reports.length < mostSessions) {
    const report = await pc.sync();
    if (report.received.length === 0) return reports;
    reports.push(report);
    if (!pc.state.enrollment) return reports;
  }
  throw new Error(`${pc.hardware.name} is told commands again and again`);
}

/** What a PC was told, such as `Replace ./Device/Vendor/…`. */
export const toldOf = (...reports: readonly SessionReport[]): string[] =>
  reports.flatMap(({ received }) => received.map(({ verb, uri }) => `${verb} ${uri}`));
