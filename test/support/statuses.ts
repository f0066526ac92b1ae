import { expect } from 'vitest';
import { createDevice } from '../../src/devices/index.ts';
import { createUser } from '../../src/directory/index.ts';
import type { TestServer } from './server.ts';

/** What Graph shows of how far a device configuration is, with the names of Microsoft's types. */
const collections = [
  { name: 'deviceStatuses', type: 'DeviceConfigurationDeviceStatus' },
  { name: 'userStatuses', type: 'DeviceConfigurationUserStatus' },
  { name: 'deviceSettingStateSummaries', type: 'SettingStateDeviceSummary' },
] as const;
const overviews = [
  { name: 'deviceStatusOverview', type: 'DeviceConfigurationDeviceOverview' },
  { name: 'userStatusOverview', type: 'DeviceConfigurationUserOverview' },
] as const;

/** Makes a configuration with two settings that two devices of two users have, of which one is done. */
export async function fillWithStatuses(server: TestServer, version: string) {
  const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera';
  const url = `/${version}/deviceManagement/deviceConfigurations`;
  const omaSettings = [camera, `${camera}Too`].map((omaUri) => ({
    '@odata.type': '#microsoft.graph.omaSettingInteger',
    displayName: 'Camera',
    omaUri,
    value: 0,
  }));
  const body = { '@odata.type': '#microsoft.graph.windows10CustomConfiguration', displayName: 'x', omaSettings };
  const created = await server.send({ method: 'POST', url, body });
  const configuration: string = created.json.id;
  const user = await server.change(server.tenant, async (context) => {
    const email = `${context.newId()}@example.com`;
    const first = await createUser(context, { email, name: 'Ann' });
    const second = await createUser(context, { email: `b${email}` });
    const done = { [camera]: 0, [`${camera}Too`]: 0 };
    const seen = { config: done, lastStatusReportAt: context.now };
    const tags = [version];
    await createDevice(context, { platform: 'windows', user: first, tags, ...seen });
    await createDevice(context, { platform: 'windows', user: second, tags });
    return { first, second };
  });
  const group = await server.send({
    method: 'POST',
    url: `/${version}/groups`,
    body: { displayName: 'x', mailNickname: 'x', mailEnabled: false, securityEnabled: true },
  });
  for (const member of [user.first.id, user.second.id]) {
    const added = await server.send({
      method: 'POST',
      url: `/api/v1/organizations/default/groups/${group.json.id}/members`,
      body: { ids: [member] },
    });
    expect(added.status, added.text).toBeLessThan(300);
  }
  const target = { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: group.json.id };
  const assigned = await server.send({
    method: 'POST',
    url: `${url}/${configuration}/assign`,
    body: { assignments: [{ target }] },
  });
  expect(assigned.status, assigned.text).toBe(200);
  return { configuration, collections, overviews };
}
