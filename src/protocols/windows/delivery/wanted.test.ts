import { expect, test } from 'vitest';
import type { Json } from '../../../kernel/json.ts';
import { builtInCatalogue } from '../../../policies/csp/index.ts';
import { normaliseLocUri } from '../../../policies/index.ts';
import { idOf } from '../../../policies/engine/fixtures/policies.ts';
import type { WantedNode } from './item.ts';
import { root, wanting } from './fixtures/world.ts';
import type { AdmxFile, PackageOfApplication } from './wanted.ts';

const nodeOf = (path: string, value: Json) => wanting({ [path]: value }).items[0] as WantedNode;
const reasonFor = (path: string, value: Json = 1) => wanting({ [path]: value }).skipped[0]?.reason;

test.each<[path: string, value: Json, sent: { format: string; data: string }]>([
  [`${root}/Plain/A`, '7', { format: 'int', data: '7' }],
  [`${root}/Plain/Text`, 7, { format: 'chr', data: '7' }],
  [`${root}/Plain/Flag`, 1, { format: 'bool', data: 'true' }],
  [`${root}/Unknown/X`, 'text', { format: 'chr', data: 'text' }],
  [`${root}/Unknown/X`, { format: 'xml', data: '<a/>' }, { format: 'xml', data: '<a/>' }],
])('%s with %j is sent as %j', (path, value, sent) => {
  expect(nodeOf(path, value).content).toEqual({ kind: 'data', value: sent });
});

test('a node that can only be added is added, others are replaced first', () => {
  expect(nodeOf(`${root}/AddOnly/O`, 'x').verbs).toEqual(['Add']);
  expect(nodeOf(`${root}/Kept/D`, 1).verbs).toEqual(['Replace']);
  expect(nodeOf(`${root}/Plain/A`, 1).verbs).toEqual(['Replace', 'Add']);
});

test.each([
  [`${root}/Home/L`, /^Windows Pro does not have it, but Home\.$/],
  [`${root}/Order/M`, /an order and no value/],
  [`${root}/Told/N`, /only report it/],
  ['./Vendor/MSFT/RemoteWipe/doWipe', /^Policies do not set this node\. It erases the device/],
  ['./Vendor/MSFT/DMClient/Provider/Muster/Unenroll', /ends the management/],
])('%s is not sent, with a reason', (path, reason) => {
  expect(wanting({ [path]: 1 }).items).toEqual([]);
  expect(reasonFor(path)).toMatch(reason);
});

test('what cannot be read back is not, with a reason', () => {
  const secret = { format: 'chr', secret: 'reference' };
  expect(nodeOf(`${root}/Unread/J`, 'x').check).toMatchObject({ kind: 'none', reason: /not let this node/ });
  expect(nodeOf(`${root}/Plain/Text`, secret).check).toMatchObject({ kind: 'none', reason: /secret/ });
  const ingested = './Vendor/MSFT/Policy/Config/Tool~Policy~Cat/Setting';
  expect(nodeOf(ingested, '<enabled/>').check).toMatchObject({ kind: 'none', reason: /ADMX/ });
  expect(nodeOf(ingested, '<enabled/>').needs).toBe('tool/policy');
});

test('of what Windows tells in other words it is seen that it is there', () => {
  expect(nodeOf(`${root}/Plain/Text`, 'x').check.kind).toBe('value');
  for (const path of ['WiFi/Profile/Home/WlanXml', 'VPNv2/Office/ProfileXML']) {
    const { key } = normaliseLocUri(`./Vendor/MSFT/${path}`);
    expect(builtInCatalogue.find(key)).toMatchObject({ rewritten: true });
  }
  expect(nodeOf(`${root}/Rewritten/R`, '<a/>').check).toEqual({ kind: 'presence', isKnown: true });
});

test('a version tells nothing of a secret, and is another one for another secret', () => {
  const versionOf = (secret: string) => nodeOf(`${root}/Plain/Text`, { format: 'chr', secret }).version;
  expect(versionOf('a')).not.toBe(versionOf('b'));
  expect(JSON.stringify(nodeOf(`${root}/Plain/Text`, { format: 'chr', secret: 'a' }))).not.toContain('data');
});

test('ADMX files come first and packages last; the order of the policies means nothing', () => {
  const file: AdmxFile = {
    id: idOf(7),
    appName: 'Tool',
    settingType: 'Policy',
    fileName: 'a b.admx',
    sha256: 'x',
  };
  const found: PackageOfApplication = {
    assetId: idOf(9),
    name: 'Tool',
    msi: { productCode: '{A}', productVersion: '1', sha256: 'y' },
  };
  const values = {
    [`application/${idOf(8)}`]: { winApplicationId: idOf(8) },
    [`${root}/Plain/B`]: 1,
    [`${root}/Plain/A`]: 1,
    [`admxConfig/${idOf(7)}`]: { winAdmxConfigId: idOf(7) },
    'script/x': {},
    'bookmark/https://a': {},
  };
  const more = { admxFiles: new Map([[idOf(7), file]]), packages: new Map([[idOf(8), found]]) };
  const { items, skipped } = wanting(values, more);
  expect(items.map(({ item, locUri }) => [item, locUri])).toEqual([
    [
      'admx/tool/policy/a%20b.admx',
      './Device/Vendor/MSFT/Policy/ConfigOperations/ADMXInstall/Tool/Policy/a%20b.admx',
    ],
    [`${root}/Plain/A`.toLowerCase(), `${root}/Plain/A`],
    [`${root}/Plain/B`.toLowerCase(), `${root}/Plain/B`],
    [
      `application/${idOf(8)}/{a}`,
      './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7BA%7D/DownloadInstall',
    ],
  ]);
  expect(skipped).toEqual([]);
  const shuffled = Object.fromEntries(Object.entries(values).toReversed());
  expect(wanting(shuffled, more)).toEqual({ items, skipped });
});

test('what is offered, or is not there any more, is not installed', () => {
  const key = `application/${idOf(8)}`;
  expect(wanting({ [key]: { winApplicationId: idOf(8) } }).skipped[0]!.reason).toMatch(/not there any more/);
  const packages = new Map<ReturnType<typeof idOf>, PackageOfApplication>([
    [idOf(8), { assetId: idOf(9), name: 'T', msi: { productCode: '{A}', productVersion: '1', sha256: 'y' } }],
  ]);
  const { skipped } = wanting({ [key]: { action: 'available' } }, { packages });
  expect(skipped[0]!.reason).toMatch(/only an agent on the PC can offer it/);
});
