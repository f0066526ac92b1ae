import { expect } from 'vitest';
import { createDevice } from '../../src/devices/index.ts';
import { createUser } from '../../src/directory/index.ts';
import type { TestAnswer, TestServer } from './server.ts';

/** What Graph shows of how far a device configuration is, with the names of Microsoft's types. */
export const statusCollections = [
  { name: 'deviceStatuses', type: 'DeviceConfigurationDeviceStatus' },
  { name: 'userStatuses', type: 'DeviceConfigurationUserStatus' },
  { name: 'deviceSettingStateSummaries', type: 'SettingStateDeviceSummary' },
] as const;
export const statusOverviews = [
  { name: 'deviceStatusOverview', type: 'DeviceConfigurationDeviceOverview' },
  { name: 'userStatusOverview', type: 'DeviceConfigurationUserOverview' },
] as const;

interface ConfigurationWithStatuses {
  readonly id: string;
  /** Reads below the configuration. */
  readonly get: (path: string) => Promise<TestAnswer>;
}

/** A configuration of two settings, in an organization where two users have a device each, one of which has it as it should be. */
export async function configurationWithStatuses(
  server: TestServer,
  version: 'v1.0' | 'beta',
): Promise<ConfigurationWithStatuses> {
  const tenant = await server.addTenant(`statuses-${version.replace('.', '-')}`);
  const { token } = tenant;
  const wanted = { './Device/Vendor/MSFT/Camera': 0, './Device/Vendor/MSFT/Microphone': 1 };
  await server.change(tenant, async (context) => {
    for (const config of [wanted, {}]) {
      const user = await createUser(context, { email: `${context.newId()}@example.com` });
      await createDevice(context, { platform: 'windows', user, config, lastStatusReportAt: context.now });
    }
  });
  const url = `/${version}/deviceManagement/deviceConfigurations`;
  const post = async (path: string, body: object) => {
    const answer = await server.send({ method: 'POST', url: url + path, body, token });
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.json;
  };
  const { id } = await post('', {
    '@odata.type': '#microsoft.graph.windows10CustomConfiguration',
    displayName: 'Windows',
    omaSettings: Object.entries(wanted).map(([omaUri, value]) => ({
      '@odata.type': '#microsoft.graph.omaSettingInteger',
      displayName: omaUri,
      omaUri,
      value,
    })),
  });
  const target = { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' };
  await post(`/${id}/assign`, { assignments: [{ target }] });
  return { id, get: (path) => server.send({ url: `${url}/${id}/${path}`, token }) };
}
