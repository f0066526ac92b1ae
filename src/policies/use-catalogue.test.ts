import { afterAll, beforeAll, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../test/support/server.ts';
import { windowsOrganization, type WindowsOrganization } from '../../test/support/windows-organization.ts';
import { beforeCommit } from '../app.ts';
import { hexOfId } from '../kernel/id.ts';
import { listAuditEvents, operatorScope } from '../tenancy/index.ts';
import { ddfEnum, ddfNode, ddfOf, ddfValue } from './csp/fixtures/ddf.ts';
import { zipOf } from './csp/fixtures/zip.ts';
import { builtInCatalogue, catalogueInUse, findNode, listCspVersions } from './csp/index.ts';
import { expectUpToDate } from './desired-state/fixtures/up-to-date.ts';
import { importCatalogue, useCatalogue } from './use-catalogue.ts';

let server: TestServer;
let own: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'own');
});
afterAll(() => server[Symbol.asyncDispose]());

const services = () => ({
  database: server.database,
  clock: () => server.now(),
  newId: server.newId,
  secrets: server.secrets,
  beforeCommit,
});
const importZip = (bytes: Buffer, name = 'ddf.zip') => importCatalogue(services(), 'test', { name, bytes });
const use = (version: number) => useCatalogue(services(), 'test', version);

const policies = './Device/Vendor/MSFT/Policy/Config';
const setting = `${policies}/Invented/MaxThings`;
const length = `${policies}/DeviceLock/MinDevicePasswordLength`;

/** A file that knows the setting. */
const ddf = (properties: string, name = 'MaxThings') =>
  ddfOf(ddfNode({ name: 'Invented', path: policies, nodes: [ddfNode({ name, properties })] }));
const lowest = '<MSFT:ConflictResolution>LowestValueMostSecure</MSFT:ConflictResolution>';
const first = zipOf({
  name: 'Invented_AreaDDF.xml',
  content: ddf(
    `${lowest}<MSFT:GpMapping GpEnglishName="Most things" />${ddfValue('Range', '<MSFT:Value>[1-9]</MSFT:Value>')}`,
  ),
});
const second = zipOf({ name: 'a.xml', content: ddf(ddfEnum({ 1: 'One', 50: 'Fifty' })) });

const put = (path: string, body: object) => own.put(path, body);
const native = async (path: string) =>
  (await server.send({ url: `/api/v1/organizations/own${path}`, token: own.tenant.token })).json;

test('an import counts at once, before what Muster brings, and everything that follows from it is worked out again', async () => {
  const device = await own.device({ summary: { os: 'Windows', osVersion: '10.0.22631.1' } });
  const made = [
    await own.policy('Older', { config: { [setting]: 8, [length]: 8 } }),
    await own.policy('Newer', { config: { [setting]: 5 } }),
  ];
  const winPolicyAssignments = made.map(({ id }) => ({ winPolicyId: hexOfId(id), priority: 1 }));
  await put(`/devices/${hexOfId(device.id)}`, { winPolicyAssignments });
  const effective = async () => {
    const { settings } = await native(`/devices/${device.id}/effective-policy`);
    const found = settings.find((one: { title: string; locUri?: string }) =>
      /things|MaxThings/i.test(one.title),
    );
    return [found.title, found.value];
  };
  expect(await effective()).toEqual([setting, 8]);

  const change = await importZip(first, 'DDFv2Feb2026.zip');
  expect(change).toEqual({ version: expect.any(Number), added: [setting], removed: [], changed: [] });
  expect(await effective()).toEqual(['Most things', 5]);
  await expectUpToDate({ db: server.database, scope: operatorScope(own.tenant.organization, 'test') });
  const device2 = await own.send(`/windows/enterprise/devices/${hexOfId(device.id)}`);
  expect(device2.json.data.deviceWinPolicy.config).toEqual({ [setting]: 5, [length]: 8 });
  expect(await put(`/policies/${hexOfId(made[0]!.id)}`, { config: { [setting]: 10 } })).toMatchObject({
    status: 400,
  });
  expect((await native(`/policies/${made[0]!.id}`)).warnings).toEqual([]);

  expect(await importZip(second)).toMatchObject({ added: [], removed: [], changed: [setting] });
  expect(await effective()).toEqual([expect.any(String), 8]);
  expect((await native(`/policies/${made[0]!.id}`)).warnings).toMatchObject([{ kind: 'wrongValue' }]);
  expect(await use(change.version)).toMatchObject({ changed: [setting] });
  expect(await effective()).toEqual(['Most things', 5]);
  expect(await use(0)).toEqual({ version: 0, added: [], removed: [setting], changed: [] });
  expect(await effective()).toEqual([setting, 8]);
  await expectUpToDate({ db: server.database, scope: operatorScope(own.tenant.organization, 'test') });
  const events = await own.change((context) => listAuditEvents(context, { limit: 100 }));
  expect(events.filter(({ action }) => action === 'cspCatalogue.use').map(({ after }) => after)).toHaveLength(
    4,
  );
});

test('versions are kept, each once, with what they came from', async () => {
  await importZip(first, 'first.zip');
  const before = await listCspVersions(server.database);
  expect(before.find(({ inUse }) => inUse)).toMatchObject({
    fileName: 'DDFv2Feb2026.zip',
    leaves: 1,
    importedAt: server.now(),
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
  await importZip(first, 'again.zip');
  expect(await listCspVersions(server.database)).toEqual(before);
  await expect(use(99)).rejects.toMatchObject({ code: 'notFound' });
  expect(await listCspVersions(server.database)).toEqual(before);
});

test('what cannot be read changes nothing', async () => {
  await importZip(first);
  const before = await listCspVersions(server.database);
  const broken = zipOf(
    { name: 'a.xml', content: ddf(lowest, 'Another') },
    { name: 'b.xml', content: '<html/>' },
  );
  for (const zip of [Buffer.from('no zip'), broken, first.subarray(0, -30), zipOf()]) {
    await expect(importZip(zip)).rejects.toMatchObject({ name: 'Fault' });
  }
  expect(await listCspVersions(server.database)).toEqual(before);
});

test('the nodes of a version are read once, and what Muster brings stays where the import knows nothing', async () => {
  await importZip(first);
  const catalogue = await catalogueInUse(server.database);
  server.takeStatements();
  expect(await catalogueInUse(server.database)).toBe(catalogue);
  expect(server.takeStatements()).toHaveLength(1);
  expect(findNode(catalogue, length)).toEqual(findNode(builtInCatalogue, length));
  expect(findNode(catalogue, setting)).toMatchObject({ allowed: { kind: 'range', from: 1, to: 9 } });
});

test('an import that fails behind the reading leaves everything as it was', async () => {
  await use(0);
  const broken = {
    ...services(),
    beforeCommit: async () => {
      throw new Error('the power went');
    },
  };
  await expect(importCatalogue(broken, 'test', { name: 'x.zip', bytes: second })).rejects.toThrow(
    'the power went',
  );
  expect((await catalogueInUse(server.database)).version).toBe(0);
});
