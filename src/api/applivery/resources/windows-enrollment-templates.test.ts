import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import { storedRows } from '../../../../test/support/stored-rows.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { removePolicy, windowsPolicies } from '../../../policies/index.ts';
import { listAuditEvents } from '../../../tenancy/index.ts';

let server: TestServer;
let own: WindowsOrganization;
let winPolicyId: string;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'orchard');
  winPolicyId = hexOfId((await own.policy('Baseline')).id);
});
afterAll(() => server[Symbol.asyncDispose]());

const url = '/windows/enterprise/enrollment-templates';
const create = (body: object) => own.send(url, { method: 'POST', body });
const rename = (id: string, body: object, headers = {}) =>
  own.put(`/enrollment-templates/${id}`, body, headers);
const setDefault = (elementId: string) =>
  own.send('/windows/enterprise/default-config', {
    method: 'POST',
    body: { type: 'winEnrollmentTemplate', modelName: 'windows', elementId },
  });

test('a template is created, read, listed, changed and deleted', async () => {
  const segment = await own.segment('Oslo');
  const further = hexOfId((await own.policy('Kiosk')).id);
  const content = {
    name: 'Offices',
    description: 'PCs of the offices',
    rules: [
      {
        name: 'Sales',
        displayNamePattern: '{{user.name}} {{device.serialNumber}}',
        tags: ['sales'],
        conditions: [
          {
            tags: [['sales', 'oslo'], ['rome']],
            auxiliaryFields: [[{ key: 'department', value: 'Sales' }]],
            patterns: ['*@example.com'],
            identifiers: ['SN-1'],
          },
        ],
        winPolicyId,
        winPolicyAssignments: [{ winPolicyId: further, priority: 20 }],
        segmentId: segment,
      },
      { tags: [], conditions: [], winPolicyAssignments: [], segmentId: 0 },
    ],
    auxiliaryFields: [{ type: 'select', key: 'department', title: 'Department', options: ['Sales', 'IT'] }],
    loginProviderTypes: ['saml'],
    allowAutoContinue: true,
    segmentId: segment,
  };
  const created = await create({ ...content, segmentId: String(segment) });
  expect(created.status).toBe(200);
  const { data } = created.json;
  expect(data).toEqual({
    ...content,
    id: expect.stringMatching(/^[0-9a-f]{24}$/),
    organizationId: own.tenant.hexId,
    winEnterpriseId: own.tenant.hexId,
    isDefault: false,
    createdAt: server.now().toISOString(),
    updatedAt: server.now().toISOString(),
  });
  expect((await own.send(`${url}/${data.id}`)).json).toEqual(created.json);
  expect((await own.send(`${url}?name=FFIC&segmentId=${segment}`)).json.data.items).toEqual([data]);
  for (const query of ['name=another', 'segmentId=0']) {
    expect((await own.send(`${url}?${query}`)).json.data.items).toEqual([]);
  }

  // What was answered can be sent back.
  expect((await rename(data.id, data)).json.data).toEqual(data);
  const changed = await rename(data.id, { name: 'Office', description: null, rules: [{ winPolicyId }] });
  expect(changed.json.data).toMatchObject({ name: 'Office', rules: [{ winPolicyId, conditions: [] }] });
  expect(changed.json.data).not.toHaveProperty('description');
  expect(changed.json.data).toMatchObject({ allowAutoContinue: true, segmentId: segment });
  expect((await rename(data.id, { name: 'Late' }, { 'if-match': 'W/"1"' })).status).toBe(412);
  const events = await own.change((context) =>
    listAuditEvents(context, { targetType: 'enrollmentTemplate', limit: 9 }),
  );
  expect(events.map(({ action }) => action)).toEqual([
    'windows.enrollmentTemplate.update',
    'windows.enrollmentTemplate.create',
  ]);

  const removed = await own.send(`${url}/${data.id}`, { method: 'DELETE' });
  expect(removed.json.data).toEqual({ delete: true });
  expect((await own.send(`${url}/${data.id}`)).status).toBe(404);
});

test('one template is the default', async () => {
  const ids: string[] = [];
  for (const name of ['One', 'Two']) {
    ids.push((await create({ name, rules: [{ winPolicyId }] })).json.data.id);
  }
  const defaults = async () =>
    (await own.send(`${url}?sort=name`)).json.data.items
      .filter(({ isDefault }: { isDefault: boolean }) => isDefault)
      .map(({ name }: { name: string }) => name);
  expect(await defaults()).toEqual([]);
  const set = await setDefault(ids[0]!);
  expect(set.json.data).toEqual({ type: 'winEnrollmentTemplate', modelName: 'windows', elementId: ids[0] });
  expect(await defaults()).toEqual(['One']);
  const both = await Promise.all(ids.map(setDefault));
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  await setDefault(ids[1]!);
  expect(await defaults()).toEqual(['Two']);
  await own.send(`${url}/${ids[1]}`, { method: 'DELETE' });
  expect(await defaults()).toEqual([]);
  await own.send(`${url}/${ids[0]}`, { method: 'DELETE' });
});

const fields = [{ type: 'select', key: 'department', options: ['Sales'] }];
const asking = (key: string, value: string) => ({
  auxiliaryFields: fields,
  rules: [{ winPolicyId: () => winPolicyId, conditions: [{ auxiliaryFields: [[{ key, value }]] }] }],
});
test.each<[string, object, string]>([
  ['no rule', { rules: [] }, 'rules'],
  ['no rule with a policy', { rules: [{ tags: ['sales'] }] }, 'rules'],
  ['another policy', { rules: [{ winPolicyId: 'f'.repeat(24) }] }, 'rules[0].winPolicyId'],
  [
    'a priority out of range',
    { rules: [{ winPolicyAssignments: [{ winPolicyId: 'f'.repeat(24), priority: 10_001 }] }] },
    'rules[0].winPolicyAssignments[0].priority',
  ],
  [
    'no such segment for PCs',
    { rules: [{ winPolicyId: () => winPolicyId, segmentId: 77 }] },
    'rules[0].segmentId',
  ],
  ['no such segment', { segmentId: 77 }, 'segmentId'],
  [
    'a placeholder that is not known',
    { rules: [{ winPolicyId: () => winPolicyId, displayNamePattern: 'PC {{device.colour}}' }] },
    'rules[0].displayNamePattern',
  ],
  ['a field that is not known', asking('floor', '3'), 'rules[0].conditions[0].auxiliaryFields[0][0].key'],
  ['another option', asking('department', 'IT'), 'rules[0].conditions[0].auxiliaryFields[0][0].value'],
  ['a field twice', { auxiliaryFields: [...fields, ...fields] }, 'auxiliaryFields[1].key'],
  ['a long name', { name: 'n'.repeat(129) }, 'name'],
  ['Entra ID', { entraId: { mobilityApp: { tenantId: 't' } } }, 'entraId'],
])('%s is refused, and nothing is stored', async (_, wrong, path) => {
  const body = resolved({ name: 'Wrong', rules: [{ winPolicyId }], ...wrong });
  const before = await storedRows(server);
  const answer = await create(body);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain(path);
  expect(await storedRows(server)).toEqual(before);
});

test('a name is taken once, and a default that is not there is refused', async () => {
  const { data } = (await create({ name: 'Taken', rules: [{ winPolicyId }] })).json;
  expect((await create({ name: 'TAKEN', rules: [{ winPolicyId }] })).text).toContain(
    "another enrolment template's already",
  );
  expect((await setDefault('f'.repeat(24))).text).toContain('elementId');
  await own.send(`${url}/${data.id}`, { method: 'DELETE' });
});

test('who may not assign policies gives none by a template', async () => {
  const token = await server.addToken(own.tenant, ['windows.enrollmentTemplate.create']);
  const body = { name: 'Mine', rules: [{ winPolicyId }] };
  expect((await own.send(url, { method: 'POST', body, token })).status).toBe(403);
});

test('what a template refers to cannot be deleted, unless a policy is taken from everything', async () => {
  const segment = await own.segment('Rome');
  const policy = await own.policy('Kept');
  const rules = [{ winPolicyId: hexOfId(policy.id), segmentId: segment }];
  const { data } = (await create({ name: 'Keeper', rules })).json;
  const refused = await own.send(`/windows/enterprise/policies/${hexOfId(policy.id)}`, { method: 'DELETE' });
  expect(refused.status).toBe(409);
  expect(refused.text).toContain("is given by 1 enrolment template ('Keeper')");
  await own.change((context) => removePolicy(context, windowsPolicies, policy.id, undefined, 'taken'));
  const left = (await own.send(`${url}/${data.id}`)).json.data;
  expect(left.rules).toMatchObject([{ segmentId: segment, winPolicyAssignments: [] }]);
  expect((await rename(data.id, { name: 'Keeps nothing' })).status).toBe(200);
  await own.send(`${url}/${data.id}`, { method: 'DELETE' });
});

/** The body, with what only the running test knows. */
function resolved(body: object): object {
  return JSON.parse(
    JSON.stringify(body, (_, value: unknown) => (typeof value === 'function' ? winPolicyId : value)),
  );
}
