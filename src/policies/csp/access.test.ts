import { expect, test } from 'vitest';
import { normaliseLocUri } from '../engine/index.ts';
import { bool, number, nodesBelow, of, reported, unit } from './declare.ts';
import { catalogueOf, removalOf, verbsOf, type Removal, type Verbs } from './index.ts';

const root = './Device/Vendor/MSFT';
const catalogue = catalogueOf(
  0,
  nodesBelow(root, {
    'Settings/Plain': number(),
    'Settings/Kept': number(undefined, { access: 'GR' }),
    'Settings/Preset': bool({ access: 'AGR', default: 'True' }),
    'Settings/AddOnly': number(undefined, { access: 'AG', default: 5 }),
    'VPNv2/{ProfileName}': unit(),
    'VPNv2/{ProfileName}/RouteList/{routeRowId}': unit(),
    'VPNv2/{ProfileName}/RouteList/{routeRowId}/Address': of('chr'),
    'RootCATrustedCertificates/Root/{CertHash}': unit(),
    'RootCATrustedCertificates/Root/{CertHash}/EncodedCertificate': of('b64', { access: 'AGR' }),
    'DeviceStatus/NetworkIdentifiers/{MacAddress}': of('node', { access: 'G', named: 'byDevice' }),
    'Policy/Config/{AreaName}': unit(),
    'Policy/Config/{AreaName}/{PolicyName}': of('null'),
    'DMClient/Provider/{ProviderID}': unit(),
    'DMClient/Provider/{ProviderID}/UPN': of('chr'),
  }),
);

test.each<[string, { unit: Removal['unit']; alone: Partial<Removal['alone']> }]>([
  ['Settings/Plain', { unit: null, alone: { kind: 'delete' } }],
  ['Settings/Unknown', { unit: null, alone: { kind: 'delete' } }],
  ['Settings/Kept', { unit: null, alone: { kind: 'retained' } }],
  ['Settings/AddOnly', { unit: null, alone: { kind: 'retained' } }],
  ['Settings/Preset', { unit: null, alone: { kind: 'replace', format: 'bool', data: 'true' } }],
  ['VPNv2/Head%20office', { unit: `${root}/VPNv2/Head%20office`, alone: { kind: 'delete' } }],
  [
    'VPNv2/Head office/RouteList/1/Address',
    { unit: `${root}/VPNv2/Head%20office`, alone: { kind: 'delete' } },
  ],
  [
    'RootCATrustedCertificates/Root/0A/EncodedCertificate',
    { unit: `${root}/RootCATrustedCertificates/Root/0A`, alone: { kind: 'retained' } },
  ],
  ['Policy/Config/DeviceLock/MinDevicePasswordLength', { unit: null, alone: { kind: 'delete' } }],
  ['DMClient/Provider/Muster/UPN', { unit: null, alone: { kind: 'delete' } }],
  ['DMClient/Provider/Muster/Unenroll', { unit: null, alone: { kind: 'retained' } }],
  ['DMClient/Provider/Muster', { unit: null, alone: { kind: 'retained' } }],
])('%s is taken back by %j', (path, expected) => {
  expect(removalOf(catalogue, `${root}/${path}`)).toMatchObject(expected);
  expect(removalOf(catalogue, `./Vendor/MSFT/${path}`)).toEqual(removalOf(catalogue, `${root}/${path}`));
});

test('a value is set by what its node can do, and by both where that is not known', () => {
  const set = (path: string) => verbsOf(catalogue.find(normaliseLocUri(`${root}/${path}`).key)).set;
  expect(set('Settings/Plain')).toEqual(['Replace', 'Add']);
  expect(set('Settings/Kept')).toEqual(['Replace']);
  expect(set('Settings/AddOnly')).toEqual(['Add']);
  expect(set('Settings/Unknown')).toEqual(['Replace', 'Add']);
  expect(set('DeviceStatus/NetworkIdentifiers/00')).toEqual([]);
  const [name] = nodesBelow(root, { 'DevInfo/Man': reported() });
  const readable: Verbs = { set: [], delete: false, get: true, exec: false };
  expect(verbsOf(name)).toEqual(readable);
});
