import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../test/support/server.ts';
import { windowsOrganization, type WindowsOrganization } from '../../test/support/windows-organization.ts';
import { sql } from '../database/index.ts';
import { hexOfId, type Id } from '../kernel/id.ts';

let server: TestServer;
let own: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'own');
});
afterAll(() => server[Symbol.asyncDispose]());

const policies = './Device/Vendor/MSFT/Policy/Config';
const length = `${policies}/DeviceLock/MinDevicePasswordLength`;
const must = 'must be a whole number from 4 to 16';

const create = (config: object) =>
  own.send('/windows/enterprise/policies', { method: 'POST', body: { name: 'Made', config } });
const put = (id: Id, body: object) => own.put(`/policies/${hexOfId(id)}`, body);
const native = (path: string, request = {}) =>
  server.send({ ...request, url: `/api/v1/organizations/own${path}`, token: own.tenant.token });
const custom = (omaSettings: object[], request = {}) =>
  server.send({
    method: 'POST',
    url: '/beta/deviceManagement/deviceConfigurations',
    body: {
      '@odata.type': '#microsoft.graph.windows10CustomConfiguration',
      displayName: 'Custom',
      omaSettings,
    },
    ...request,
  });
const oma = (type: string, value: unknown, omaUri = length) => ({
  '@odata.type': `#microsoft.graph.omaSetting${type}`,
  displayName: 'One',
  omaUri,
  value,
});

/** As if the policy had been saved before the catalogue knew the node. */
async function store(id: Id, config: object) {
  await sql`update policies_policy set document = document || ${JSON.stringify({ config })}::jsonb where id = ${id}`.execute(
    server.database.connection,
  );
}

test("a value that its node does not take is refused in Applivery's API, with its place and what is right", async () => {
  const refused = await create({
    [length]: '3',
    './Vendor/MSFT/Unknown': '3',
    [`${policies}/Made/Up`]: true,
  });
  expect(refused).toMatchObject({ status: 400, json: { status: false } });
  expect(refused.text).toContain(JSON.stringify(`config.${length}`));
  expect(refused.text).toContain(must);
  const created = await create({
    [length]: '8',
    './Device/Vendor/MSFT/Policy/Config/Security/RequireDeviceEncryption': '1',
    './Vendor/MSFT/Unknown': '3',
  });
  expect(created.status).toBe(200);
  const { id } = created.json.data;
  expect(await own.put(`/policies/${id}`, { config: { [length]: 17 } })).toMatchObject({ status: 400 });
  expect(await own.put(`/policies/${id}`, { config: { [length]: 16 } })).toMatchObject({ status: 200 });
});

test('so it is in Microsoft Graph, where a secret is checked while it is still in clear and never repeated', async () => {
  expect(await custom([oma('Integer', 8), oma('Integer', 3)])).toMatchObject({
    status: 400,
    json: { error: { message: expect.stringContaining(`The property 'omaSettings[1].value' ${must}.`) } },
  });
  const refused = await custom([oma('String', 'hunter2')]);
  expect(refused).toMatchObject({
    status: 400,
    json: { error: { message: expect.stringContaining(`The property 'omaSettings[0].value' ${must}.`) } },
  });
  expect(refused.text).not.toContain('hunter2');
  const created = await custom([oma('String', '8')]);
  expect(created.status).toBe(201);
  const patch = (omaSettings: object[]) =>
    custom(omaSettings, {
      method: 'PATCH',
      url: `/beta/deviceManagement/deviceConfigurations/${created.json.id}`,
    });
  // The mask stands for the stored value.
  expect(await patch([oma('String', '****'), oma('Integer', 1, './Vendor/MSFT/A')])).toMatchObject({
    status: 204,
  });
  expect(await patch([oma('String', '****'), oma('Boolean', true)])).toMatchObject({ status: 400 });
});

test('what was stored before is no reason to refuse another change', async () => {
  const policy = await own.policy('Old', { config: { [length]: 8 } });
  await store(policy.id, { [length]: 3 });
  expect(await put(policy.id, { name: 'Renamed' })).toMatchObject({ status: 200 });
  expect(await put(policy.id, { config: { [length]: 3, './a': 1 } })).toMatchObject({ status: 200 });
  expect(await put(policy.id, { config: { [length]: '3', './a': 1 } })).toMatchObject({ status: 400 });
  expect((await native(`/policies/${policy.id}`)).json.warnings).toEqual([
    { path: 'config../a', kind: 'unknownNode', message: expect.any(String) },
    { path: `config.${length}`, kind: 'wrongValue', message: `The value ${must}.` },
  ]);
  expect(await put(policy.id, { config: { [length]: 4 } })).toMatchObject({ status: 200 });
  const rollBack = { method: 'POST', body: { version: 3 } };
  expect(await native(`/policies/${policy.id}/rollback`, rollBack)).toMatchObject({
    status: 400,
    json: { code: 'invalidInput', violations: [{ path: `config.${length}`, message: must }] },
  });
});

test('a plan says the same as the change itself would', async () => {
  const policy = await own.policy('Planned', { config: { [length]: 8 } });
  const change = {
    method: 'PUT',
    url: `/v1/organizations/own/mdm/windows/enterprise/policies/${hexOfId(policy.id)}`,
    body: { config: { [length]: 99 } },
  };
  const plan = await native('/plans', { method: 'POST', body: { changes: [change] } });
  expect(plan.status).toBe(400);
  expect(plan.text).toContain(must);
});

test('of two equally strong policies the stricter value reaches the device, called as the catalogue calls it', async () => {
  const device = await own.device({
    serialNumber: 'STRICT',
    summary: { os: 'Windows', osVersion: '10.0.22631.1' },
  });
  const [weak, strict] = [
    await own.policy('Weak', { config: { [length]: 6 } }),
    await own.policy('Strict', { config: { [length]: 12 } }),
  ];
  const winPolicyAssignments = [weak, strict].map(({ id }) => ({ winPolicyId: hexOfId(id), priority: 1 }));
  const put = await own.put(`/devices/${hexOfId(device.id)}`, { winPolicyAssignments });
  expect(put).toMatchObject({
    status: 200,
    json: { data: { deviceWinPolicy: { config: { [length]: 12 } } } },
  });
  const { json } = await native(`/devices/${device.id}/effective-policy`);
  expect(json.settings.items ?? json.settings).toMatchObject([
    {
      title: 'DeviceLock: Min device password length',
      value: 12,
      losers: [{ value: 6, why: 'notChosen' }],
    },
  ]);
});
