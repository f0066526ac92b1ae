import { fillWithDemo } from '../../src/demo/index.ts';
import { createDevice } from '../../src/devices/index.ts';
import { hexOfId, type Id } from '../../src/kernel/id.ts';
import { createAsset, recalculateTouched } from '../../src/policies/index.ts';
import { nothingTouched, type Permission } from '../../src/tenancy/index.ts';
import { uploadPushCertificate } from './apple-enrollment.ts';
import { enrolledAppleDevice } from './enrolled-apple-device.ts';
import type { TestAnswer, TestServer } from './server.ts';

export const entraClientSecret = 'a very secret client secret';
export const omaSecret = 'a very secret pre-shared key';

export interface Filled {
  /** Every id of the organization's things that an answer could show, in both spellings. */
  readonly allIds: readonly string[];
  /** An id for a parameter of a path. */
  idOf(template: string, parameter: string): string;
  /**
   * What the thing that `idOf` names needs beside the route's own permissions: with policies that depends on their kind, with plans on their
   * changes.
   */
  permissionsFor(template: string): readonly Permission[];
}

/** Fills the server's first organization with one or more of everything, the last steps through the APIs themselves. */
export async function fillOrganization(server: TestServer): Promise<Filled> {
  await server.change(server.tenant, fillWithDemo);
  const applivery = '/v1/organizations/default';
  const native = '/api/v1/organizations/default';
  const graph = '/v1.0/deviceManagement';

  const entraId = { tenantId: 'tenant', clientId: 'client', clientSecret: entraClientSecret };
  await succeed(server, 'PUT', `${applivery}/mdm/configurations`, { entraId });
  await uploadPushCertificate(server, server.tenant);

  const first = async (url: string, list: (json: never) => { id: string }[]) =>
    list((await succeed(server, 'GET', url)) as never)[0]!.id;
  const ofApplivery = (url: string) =>
    first(applivery + url, (json: { data: { items: { id: string }[] } }) => json.data.items);
  const ofNative = (url: string) => first(native + url, (json: { items: { id: string }[] }) => json.items);
  const ofGraph = (url: string) => first(url, (json: { value: { id: string }[] }) => json.value);

  const configuration = await ofGraph(`${graph}/deviceConfigurations`);
  const { value: assignments } = await succeed(
    server,
    'POST',
    `${graph}/deviceConfigurations/${configuration}/assign`,
    { assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }] },
  );
  const statuses = (name: string) => ofGraph(`${graph}/deviceConfigurations/${configuration}/${name}`);
  const windows = await succeed(
    server,
    'POST',
    '/beta/deviceManagement/deviceConfigurations',
    {
      '@odata.type': '#microsoft.graph.windows10CustomConfiguration',
      displayName: 'VPN',
      omaSettings: [
        {
          '@odata.type': '#microsoft.graph.omaSettingString',
          displayName: 'Key',
          omaUri: './Vendor/MSFT/VPNv2/Key/NativeProfile/L2tpPsk',
          value: omaSecret,
        },
      ],
    },
    201,
  );
  const plan = await succeed(
    server,
    'POST',
    `${native}/plans`,
    {
      changes: [
        {
          method: 'PATCH',
          url: `${graph}/deviceConfigurations/${configuration}`,
          body: {
            '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration',
            passwordMinimumLength: 11,
          },
        },
      ],
    },
    201,
  );
  // With these limits every change is left to the job.
  await server.change(server.tenant, async (context) => {
    const touched = { ...nothingTouched(), assignments: new Set([configuration as Id]) };
    await recalculateTouched({ ...context, touched }, { devices: 0, sets: 0 });
  });
  await server.runJobs();
  const enrollment = await succeed(server, 'POST', `${native}/enrollments`, { platform: 'apple' }, 201);
  const { device: apple } = await enrolledAppleDevice(server, server.tenant, { os: 'macOS' });
  const command = await succeed(
    server,
    'POST',
    `${native}/devices/${apple.id}/commands`,
    { action: 'restart' },
    201,
  );
  const agent = await agentOfWindowsDevice(server);
  const ids: Record<string, string> = {
    ...agent,
    command: command.id,
    admDeviceId: hexOfId(apple.id),
    admEnrollmentTokenId: await ofApplivery('/mdm/apple/enterprise/enrollment-tokens'),
    deviceId: hexOfId(apple.id),
    enrollment: enrollment.id,
    plan: plan.id,
    recalculation: await ofNative('/recalculations'),
    getOmaSettingPlainTextValue: windows.id,
    secretReferenceValueId: windows.omaSettings[0].secretReferenceValueId,
    winDeviceId: await ofApplivery('/mdm/windows/enterprise/devices'),
    winPolicyId: await ofApplivery('/mdm/windows/enterprise/policies'),
    winApplicationId: await ofApplivery('/mdm/windows/enterprise/applications'),
    winAdmxConfigId: await ofApplivery('/mdm/windows/enterprise/admx-configs'),
    mdmAssetId: await ofApplivery('/mdm/assets'),
    deviceAudienceId: await ofApplivery('/mdm/device-audiences'),
    automationRuleId: await ofApplivery('/mdm/automation-rules'),
    mdmUserId: await ofApplivery('/mdm/users'),
    application: await ofNative('/applications'),
    token: await ofNative('/tokens'),
    group: await ofNative('/groups'),
    device: await ofNative('/devices'),
    policy: await ofNative('/policies'),
    'deviceManagement/deviceConfigurations': configuration,
    assignmentId: assignments[0].id,
    deviceStatusId: await statuses('deviceStatuses'),
    userStatusId: await statuses('userStatuses'),
    settingStateSummaryId: await statuses('deviceSettingStateSummaries'),
    'deviceManagement/complianceManagementPartners': await ofGraph(`${graph}/complianceManagementPartners`),
    'deviceManagement/managedDevices': await ofGraph(`${graph}/managedDevices`),
    groups: await ofGraph('/v1.0/groups'),
  };
  ids['member'] = await ofNative(`/groups/${ids['group']}/members`);
  ids['memberId'] = ids['device']!;
  // Lists of devices have it too.
  const tokens = `${applivery}/mdm/windows/enterprise/enrollment-tokens`;
  ids['winEnrollmentTokenId'] = (await succeed(server, 'POST', tokens, {})).data.id;
  const templates = `${applivery}/mdm/windows/enterprise/enrollment-templates`;
  const template = { name: 'Everyone', rules: [{ winPolicyId: ids['winPolicyId'] }] };
  ids['winEnrollmentTemplateId'] = (await succeed(server, 'POST', templates, template)).data.id;
  const reference = { '@odata.id': `https://graph.microsoft.com/v1.0/devices/${ids['device']}` };
  await succeed(server, 'POST', `/v1.0/groups/${ids['groups']}/members/$ref`, reference, 204);
  return {
    allIds: Object.values(ids),
    idOf(template, parameter) {
      if (parameter === 'device' && template.includes('/commands')) return apple.id;
      if (/\/(agent-|script)/.test(template) && parameter === 'device') return agent.agentDevice;
      if (/\/(agent-|script)/.test(template) && parameter === 'winDeviceId') return agent.identifier;
      if (parameter === 'type') return 'winDevice';
      if (parameter === 'segmentId' || parameter === 'version') return '1';
      const name =
        Object.keys(ids).find((operation) => template.includes(`/${operation}(`)) ??
        Object.keys(ids).find((collection) => template.includes(`/${collection}/{`)) ??
        '';
      const id = ids[parameter] ?? ids[name];
      if (id === undefined) throw new Error(`${template}: nothing is made for {${parameter}}`);
      return id;
    },
    permissionsFor(template) {
      if (/^\/api\/.*\/policies/.test(template)) {
        return ['windows.policy.read', 'windows.policy.update', 'windows.policy.remove'];
      }
      return template.endsWith('/plans/{plan}/apply') ? ['deviceConfiguration.update'] : [];
    },
  };
}

/** Lets the agent of a device run a script. */
async function agentOfWindowsDevice(server: TestServer) {
  const device = await server.change(server.tenant, (context) =>
    createDevice(context, { platform: 'windows', serialNumber: 'AGENT1' }),
  );
  const script = await server.change(server.tenant, (context) =>
    createAsset(context, { fileName: 'agent.sh', mimeType: 'text/plain', content: Buffer.from('exit 0') }),
  );
  const identifier = hexOfId(device.id);
  await succeed(server, 'PUT', `/v1/organizations/default/mdm/windows/enterprise/devices/${identifier}`, {
    scripts: [{ id: hexOfId(script.id), type: 'once' }],
  });
  const native = `/api/v1/organizations/default/devices/${device.id}`;
  const credentials = await succeed(server, 'POST', `${native}/agent-credentials`, {}, 201);
  const call = (method: 'GET' | 'POST', path: string, body?: object) =>
    server.send({ method, url: `/mdm/agent/v1${path}`, token: credentials.token, ...(body && { body }) });
  const { json } = await call('GET', '/scheduler-scripts');
  const { runId } = json.runs[0];
  await call('POST', '/script-logs', { runId, outcome: 'ended', exitCode: 0 });
  return {
    agentDevice: device.id,
    identifier,
    credentials: credentials.id as string,
    run: runId as string,
    logId: hexOfId(runId),
  };
}

async function succeed(
  server: TestServer,
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  url: string,
  body?: unknown,
  status = 200,
): Promise<TestAnswer['json']> {
  const answer = await server.send({ method, url, ...(body !== undefined && { body }) });
  if (answer.status !== status) throw new Error(`${method} ${url} answered ${answer.status}: ${answer.text}`);
  return answer.json;
}
