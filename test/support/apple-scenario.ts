import { expect } from 'vitest';
import { giveCommand } from '../../src/devices/management/index.ts';
import type { DeviceAction } from '../../src/devices/commands/index.ts';
import { deviceKey, lockDevice } from '../../src/devices/index.ts';
import { hexOfId, parseGuidId } from '../../src/kernel/id.ts';
import { appleCommands } from '../../src/protocols/apple/index.ts';
import type { WriteContext } from '../../src/tenancy/index.ts';
import type { ReceivedCommand, SimulatedChannel, SimulatedDevice } from '../simulated-devices/apple/index.ts';
import { appleDevice, enrollmentUrl } from './apple-fleet.ts';
import type { ApplePushCa } from './apple-push-ca.ts';
import { uploadPushCertificate } from './apple-enrollment.ts';
import type { Tenant, TestRequest, TestServer } from './server.ts';
import { resultsOfOrders, storedOrders, type StoredOrder } from './stored-orders.ts';

const configurations = '/beta/deviceManagement/deviceConfigurations';
const everybody = { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' };

// Answers are of every shape; what the tests find in them is compared.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

/** An organization in which an administrator and devices act. What an API refuses is thrown. */
export interface AppleScenario {
  readonly server: TestServer;
  readonly tenant: Tenant;
  send(method: TestRequest['method'], url: string, body?: unknown): Promise<Json>;
  /** Below the organization's path of the native API. */
  native(method: TestRequest['method'], path: string, body?: unknown): Promise<Json>;
  /** Creates a configuration that all devices get; answers its id. */
  giveToAll(type: string, content: object): Promise<string>;
  change(id: string, type: string, content: object): Promise<void>;
  takeFromAll(id: string): Promise<void>;
  /** A device that is enrolled and has told its inventory. */
  enrolled(options?: Parameters<typeof appleDevice>[1]): Promise<SimulatedDevice>;
  /** The one device of the organization. */
  device(): Promise<Json>;
  effective(): Promise<Json>;
  /** Gives an order to the device with this GUID, or to the one device. */
  order(action: DeviceAction, id?: string): Promise<void>;
  /** What was ordered, oldest first. */
  commands(): Promise<StoredOrder[]>;
  /** Of which commands the device's timeline tells results, each as often as it does. */
  resultsOfCommands(): Promise<string[]>;
}

/** `pushAuthority` issues the push certificate. */
export async function appleScenario(
  server: TestServer,
  slug: string,
  pushAuthority?: ApplePushCa,
): Promise<AppleScenario> {
  const tenant = await server.addTenant(slug);
  await uploadPushCertificate(server, tenant, `com.apple.mgmt.External.${slug}`, pushAuthority);
  const send: AppleScenario['send'] = async (method, url, body) => {
    const answer = await server.send({ method: method ?? 'GET', url, body, token: tenant.token });
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const native: AppleScenario['native'] = (method, path, body) =>
    send(method, `/api/v1/organizations/${slug}${path}`, body);
  const device = async () => {
    const { items } = await native('GET', '/devices');
    expect(items).toHaveLength(1);
    return items[0];
  };
  const typed = (type: string, content: object) => ({
    '@odata.type': `#microsoft.graph.${type}`,
    ...content,
  });
  return {
    server,
    tenant,
    send,
    native,
    device,
    async giveToAll(type, content) {
      const { id } = await send('POST', configurations, typed(type, { displayName: type, ...content }));
      await send('POST', `${configurations}/${id}/assign`, { assignments: [{ target: everybody }] });
      return id;
    },
    change: (id, type, content) => send('PATCH', `${configurations}/${id}`, typed(type, content)),
    takeFromAll: (id) => send('POST', `${configurations}/${id}/assign`, { assignments: [] }),
    async enrolled(options) {
      const enrolling = appleDevice(server, options);
      await enrolling.enroll(await enrollmentUrl(server, tenant, { tags: ['sales'] }));
      await enrolling.checkIn();
      return enrolling;
    },
    async order(action, given) {
      const id: string = given ?? (await device()).id;
      await server.change(tenant, (context) => giveOrder(context, id, action));
    },
    commands: () => storedOrders(server, tenant),
    resultsOfCommands: () => resultsOfOrders(server, tenant),
    effective: async () => native('GET', `/devices/${(await device()).id}/effective-policy?limit=1000`),
  };
}

/** Gives an order to the device with this GUID. */
async function giveOrder(context: WriteContext, id: string, action: DeviceAction): Promise<void> {
  const device = await lockDevice(context, 'apple', deviceKey(hexOfId(parseGuidId(id)!)));
  const command = appleCommands(context.scope.organization).ofAction(device, action);
  await giveCommand(context, device, command);
}

export const typesOf = (commands: readonly ReceivedCommand[]) =>
  commands.map(({ requestType }) => requestType);

/** A user of a Mac who is managed, too. */
export async function signedInUser(mac: SimulatedDevice): Promise<SimulatedChannel> {
  const userId = '6F9619FF-8B86-D011-B42D-00C04FC964FF';
  return (await mac.user({ kind: 'mac', userId, shortName: 'ada', longName: 'Ada' }))!;
}
