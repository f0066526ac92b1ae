import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../support/server.ts';
import { enrollBy, windowsDevice, windowsEnrollment } from '../support/windows-fleet.ts';
import { settle, windowsScenario, type WindowsScenario } from '../support/windows-scenario.ts';

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera';

let server: TestServer;
let org: WindowsScenario;
let sales: string;
let others: string;
let kiosk: string;
let oslo: number;
let template: string;
beforeAll(async () => {
  server = await testServer();
  org = await windowsScenario(server, 'windows-templates');
  oslo = await org.own.segment('Oslo');
  sales = await org.policy('Sales', {
    [camera]: 0,
  });
  others = await org.policy('Others', {});
  kiosk = await org.policy('Kiosk', {});
  ({ id: template } = await org.applivery('POST', '/enrollment-templates', {
    name: 'Everyone',
    rules: [
      {
        name: 'Sales',
        conditions: [{ tags: [['sales']], patterns: ['*@example.com'] }],
        displayNamePattern: '{{user.name}} ({{device.serialNumber}})',
        tags: ['rule'],
        winPolicyId: sales,
        winPolicyAssignments: [{ winPolicyId: kiosk, priority: 7 }],
        segmentId: oslo,
      },
      { name: 'Others', displayNamePattern: 'PC of {{user.name}}', winPolicyId: others },
    ],
  }));
  await org.applivery('POST', '/default-config', {
    type: 'winEnrollmentTemplate',
    modelName: 'windows',
    elementId: template,
  });
});
afterAll(() => server[Symbol.asyncDispose]());

/** A PC that has enrolled by a code of this content; answers it as Applivery's API does. */
async function enrolledBy(content: object, pc = windowsDevice(server)) {
  await enrollBy(pc, await windowsEnrollment(server, org.own.tenant, content));
  return { pc, seen: await org.applivery('GET', `/devices/${pc.hardware.serialNumber}`) };
}

test('a PC gets what the first rule gives that is for its user, and is told so', async () => {
  const user = await org.own.user('ada@example.com', undefined, { name: 'Ada', tags: ['sales'] });
  const { pc, seen } = await enrolledBy({ userId: user.id, tags: ['code'] });
  expect(seen).toMatchObject({
    displayName: `Ada (${pc.hardware.serialNumber})`,
    tags: ['code', 'rule'],
    segmentId: oslo,
    winPolicy: { id: sales },
    winPolicyAssignments: [{ winPolicyId: kiosk, priority: 7 }],
  });
  const reports = await settle(pc);
  expect(reports.flatMap(({ received }) => received.map(({ uri }) => uri))).toContain(camera);
  const { id } = await org.deviceOf(pc);
  const { items } = await org.native('GET', `/devices/${id}/timeline`);
  expect(items).toContainEqual(
    expect.objectContaining({ title: "It gets what the enrolment template 'Everyone' gives." }),
  );
});

test('a PC that nobody is known of gets what the rule for everyone gives, but no half a name', async () => {
  const { seen } = await enrolledBy({});
  expect(seen).toMatchObject({ winPolicy: { id: others }, winPolicyAssignments: [], segmentId: 0 });
  expect(seen).not.toHaveProperty('displayName');
});

test('an address that is only typed proves nothing', async () => {
  await org.own.user('eve@example.com', undefined, { tags: ['sales'] });
  const pc = windowsDevice(server);
  const enrollment = await windowsEnrollment(server, org.own.tenant);
  await enrollBy(pc, { ...enrollment, username: 'eve@example.com' });
  expect(await org.applivery('GET', `/devices/${pc.hardware.serialNumber}`)).toMatchObject({
    winPolicy: { id: others },
  });
});

test('an enrolment that has a policy itself takes no template', async () => {
  const token = await org.applivery('POST', '/enrollment-tokens', { winPolicyId: kiosk });
  const pc = windowsDevice(server);
  await enrollBy(pc, token.config);
  const seen = await org.applivery('GET', `/devices/${pc.hardware.serialNumber}`);
  expect(seen).toMatchObject({ winPolicy: { id: kiosk }, tags: [] });
});

test('a change is for PCs that enrol from then on; one that enrols again keeps its name and segment', async () => {
  const user = await org.own.user('bob@example.com', undefined, { name: 'Bob', tags: ['sales'] });
  const { pc, seen: before } = await enrolledBy({ userId: user.id });
  const rules = [{ displayNamePattern: 'PC', tags: ['new'], winPolicyId: kiosk }];
  const { rules: former } = await org.applivery('GET', `/enrollment-templates/${template}`);
  await org.applivery('PUT', `/enrollment-templates/${template}`, { rules });
  const path = `/devices/${pc.hardware.serialNumber}`;
  expect(await org.applivery('GET', path)).toMatchObject({ winPolicy: { id: sales }, tags: ['rule'] });
  pc.forget();
  const { seen: again } = await enrolledBy({ userId: user.id }, pc);
  expect(again).toMatchObject({
    id: before.id,
    displayName: before.displayName,
    segmentId: oslo,
    winPolicy: { id: kiosk },
    tags: ['rule', 'new'],
  });
  await org.applivery('PUT', `/enrollment-templates/${template}`, { rules: former });
});
