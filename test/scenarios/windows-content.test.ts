import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { hexOfId } from '../../src/kernel/id.ts';
import { exampleMsi } from '../../src/protocols/windows/msi/fixtures/example-msi.ts';
import { testServer, type TestServer } from '../support/server.ts';
import { settle, toldOf, windowsScenario, type WindowsScenario } from '../support/windows-scenario.ts';

const hour = 3_600_000;
const product =
  './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B3F2504E0-4F89-41D3-9A0C-0305E82C3301%7D';
const policies = './Device/Vendor/MSFT/Policy/Config';

let server: TestServer;
let org: WindowsScenario;
let count = 0;
beforeAll(async () => {
  server = await testServer({ certificateHeader: 'client-cert' });
});
beforeEach(async () => {
  org = await windowsScenario(server, `windows-content-${++count}`);
});
afterAll(() => server[Symbol.asyncDispose]());

/** An application that comes as a package. */
async function application(): Promise<string> {
  const asset = await org.own.script('example.msi', undefined, {
    mimeType: 'application/x-msi',
    content: exampleMsi,
  });
  const { id } = await org.applivery('POST', '/applications', {
    type: 'asset',
    config: { mdmAssetId: hexOfId(asset.id) },
    info: { name: 'Example' },
  });
  return id;
}

test('an application is fetched, installed and removed', async () => {
  const pc = await org.enrolled();
  const winApplicationId = await application();
  const applications = [{ winApplicationId, action: 'forceInstall' }];
  const policy = await org.policy('apps', {}, { applications });
  await org.assign(pc, [policy, 1]);
  const sessions = await settle(pc);
  expect(toldOf(...sessions).filter((told) => /^(Add|Exec)/.test(told))).toEqual([
    `Add ${product}/DownloadInstall`,
    `Exec ${product}/DownloadInstall`,
  ]);
  expect(pc.value(`${product}/Status`)).toBe('70');
  expect(pc.value(`${product}/Version`)).toBe('2.4.1');
  server.advance(hour);
  await settle(pc);
  expect((await org.effective(pc)).counts).toMatchObject({ verified: 1, pending: 0 });
  expect(await pc.sync()).toMatchObject({ received: [] });

  await org.assign(pc);
  await settle(pc);
  expect(pc.value(`${product}/Status`)).toBeUndefined();
});

const admx = `<policyDefinitions revision="1.0" schemaVersion="1.0"><policyNamespaces><target prefix="example" namespace="Example.Policies"/></policyNamespaces>
<categories><category name="Browser"/><category name="Start"><parentCategory ref="Browser"/></category></categories>
<policies><policy name="HomePage" class="Machine" key="Software\\Policies\\Example"><parentCategory ref="Start"/><elements><text id="Url" valueName="u"/></elements></policy></policies></policyDefinitions>`;
const homePage = `${policies}/Example~Policy~Browser~Start/HomePage`;

const value = '<enabled/><data id="Url" value="https://example.com"/>';
const file = './Device/Vendor/MSFT/Policy/ConfigOperations/ADMXInstall/Example/Policy/example.admx';

/** What a policy says that brings the ADMX file. */
async function withAdmx(): Promise<object> {
  const { id } = await org.applivery('POST', '/admx-configs', {
    appName: 'Example',
    settingType: 'Policy',
    fileName: 'example.admx',
    content: admx,
  });
  return { admxConfigs: [{ winAdmxConfigId: id }] };
}

test('an ADMX file comes before its policies and goes after them', async () => {
  const pc = await org.enrolled();
  const policy = await org.policy('browser', { [homePage]: value }, await withAdmx());
  await org.assign(pc, [policy, 1]);
  expect(toldOf(...(await settle(pc)))).toEqual([`Replace ${file}`, `Replace ${homePage}`]);
  expect(pc.value(homePage)).toBe(value);
  expect((await org.effective(pc)).counts).toMatchObject({ pending: 0, error: 0 });
  await org.assign(pc);
  expect(toldOf(...(await settle(pc)))).toEqual([`Delete ${homePage}`, `Delete ${file}`]);
  expect(pc.value(homePage)).toBeUndefined();
});

test('what an ADMX file brings is gone when the file goes, and set again when it comes', async () => {
  const pc = await org.enrolled();
  const files = await org.policy('files', {}, await withAdmx());
  const browser = await org.policy('browser', { [homePage]: value });
  await org.assign(pc, [files, 1], [browser, 2]);
  await settle(pc);
  expect(pc.value(homePage)).toBe(value);

  await org.assign(pc, [browser, 2]);
  expect(toldOf(...(await settle(pc)))).toEqual([`Delete ${file}`, `Replace ${homePage}`, `Add ${homePage}`]);
  expect(await org.setting(pc, homePage)).toMatchObject({
    state: 'error',
    reason: expect.stringContaining('404'),
  });

  await org.assign(pc, [files, 1], [browser, 2]);
  expect(toldOf(...(await settle(pc)))).toEqual([`Replace ${file}`, `Replace ${homePage}`]);
  expect(pc.value(homePage)).toBe(value);
  expect(await org.setting(pc, homePage)).toMatchObject({ state: 'delivered' });
});

test('an ADMX file that comes as a node is set before what it brings, and removed after it', async () => {
  const pc = await org.enrolled();
  await org.assign(pc, [await org.policy('nodes', { [file]: admx, [homePage]: value }), 1]);
  expect(toldOf(...(await settle(pc)))).toEqual([`Replace ${file}`, `Replace ${homePage}`]);
  expect(pc.value(homePage)).toBe(value);
  await org.assign(pc);
  expect(toldOf(...(await settle(pc)))).toEqual([
    `Delete ${homePage}`,
    expect.stringContaining('ADMXInstall'),
  ]);
  expect([pc.value(homePage), pc.value(file)]).toEqual([undefined, undefined]);
});

test('a certificate is renewed before it ends', async () => {
  const pc = await org.enrolled({
    certificate: { kind: 'proxyHeader', header: 'client-cert', form: 'rfc9440' },
  });
  const { certificate } = pc.state.identity!;
  server.advance(320 * 24 * hour);
  await pc.renew();
  expect(pc.state.identity!.certificate.validToDate.getTime()).toBeGreaterThan(
    certificate.validToDate.getTime(),
  );
  server.advance(100 * 24 * hour);
  expect(await pc.sync()).toMatchObject({ wasChallenged: false });
});

test('what the PC does not let go is said to stay', async () => {
  const uri = './Device/Vendor/MSFT/Example/Kept';
  const pc = await org.enrolled({
    nodes: [{ uri, formats: ['int'], access: 'GR', initial: '0' }],
  });
  await org.assign(pc, [await org.policy('unknown', { [uri]: '1' }), 1]);
  await settle(pc);
  expect(pc.value(uri)).toBe('1');
  await org.assign(pc);
  await settle(pc);
  expect(await org.setting(pc, uri)).toMatchObject({ state: 'retained' });
});
