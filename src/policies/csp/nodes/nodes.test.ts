import { expect, test } from 'vitest';
import { normaliseLocUri } from '../../engine/index.ts';
import { verbsOf } from '../access.ts';
import { mismatch } from '../allowed-values.ts';
import { leavesOf } from '../catalogue.ts';
import { isAnyPolicy } from '../node.ts';
import { nodeFormat } from '../value.ts';
import { builtInCatalogue } from '../versions.ts';
import { builtInNodes } from './index.ts';

const nodeAt = (path: string) => builtInCatalogue.find(normaliseLocUri(path).key);

test('the areas that administrators use most are there', () => {
  expect(leavesOf(builtInNodes).length).toBeGreaterThan(1_000);
  const areas = new Set(builtInNodes.map(({ path }) => path.split('/').slice(1, 6).join('/')));
  expect(areas.size).toBeGreaterThan(80);
});

test('each is declared once, in the spelling of paths, and found by its own path', () => {
  expect(builtInCatalogue.nodes).toHaveLength(builtInNodes.length);
  for (const { path } of builtInNodes) {
    expect(normaliseLocUri(path.replaceAll(/[{}]/g, '')).locUri).toBe(path.replaceAll(/[{}]/g, ''));
    expect(nodeAt(path)?.path).toBe(path);
  }
});

test('what a node is set back to is a value that it takes', () => {
  const wrong = builtInNodes.filter(
    (node) => node.default !== undefined && mismatch(node, { format: undefined, data: node.default }),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test('what a node takes is said in the words of its format', () => {
  for (const { path, format, allowed, delimiter } of builtInNodes) {
    if (allowed?.kind === 'enum' && format === 'int') {
      expect([path, Object.keys(allowed.values).every((value) => /^\d+$/.test(value))]).toEqual([path, true]);
    }
    if (allowed?.kind === 'range') expect([path, allowed.from < allowed.to]).toEqual([path, true]);
    if (allowed?.kind === 'admx' || delimiter !== undefined) expect([path, format]).toEqual([path, 'chr']);
  }
});

test('every policy can be set and removed', () => {
  const policies = builtInNodes.filter(({ path }) => path.includes('/Policy/Config/'));
  expect(policies.length).toBeGreaterThan(700);
  const kept = policies.filter((node) => !verbsOf(node).delete || verbsOf(node).set.length < 2);
  expect(kept).toEqual([]);
});

test('every node but those with a free name has a title', () => {
  const untitled = builtInCatalogue.nodes.filter(({ title }) => title === undefined);
  expect(untitled.every(({ path }) => path.endsWith('}'))).toBe(true);
  expect(builtInCatalogue.nodes.filter(isAnyPolicy).length).toBe(3);
});

const policy = './Device/Vendor/MSFT/Policy/Config';

test.each([
  [`${policy}/Security/RequireDeviceEncryption`, '1', 'int', '1'],
  [`${policy}/DeviceLock/DevicePasswordEnabled`, 0, 'int', '0'],
  [`${policy}/DeviceLock/PreventLockScreenSlideShow`, '<enabled/>', 'chr', '<enabled/>'],
  [`${policy}/Defender/AvgCPULoadFactor`, 20, 'int', '20'],
  [`${policy}/Accounts/DomainNamesForEmailSync`, 7, 'chr', '7'],
  ['./Vendor/MSFT/BitLocker/RequireDeviceEncryption', '1', 'int', '1'],
  ['./Vendor/MSFT/Firewall/MdmStore/PublicProfile/EnableFirewall', true, 'bool', 'true'],
  ['./Vendor/MSFT/Firewall/MdmStore/FirewallRules/Allow%20SSH/Enabled', true, 'bool', '1'],
  ['./User/Vendor/MSFT/VPNv2/Head%20office/AlwaysOn', 'true', 'bool', 'true'],
  ['./Device/Vendor/MSFT/WiFi/Profile/Guests/WlanXml', '<WLANProfile/>', 'chr', '<WLANProfile/>'],
  ['./Device/Vendor/MSFT/RootCATrustedCertificates/Root/0A0B/EncodedCertificate', 'YQ==', 'b64', 'YQ=='],
  ['./Device/Vendor/MSFT/DMClient/Provider/Muster/ConfigRefresh/Cadence', 90, 'int', '90'],
])('%s takes %j as %s', (path, value, format, data) => {
  const node = nodeAt(path)!;
  expect(mismatch(node, { format: undefined, data: value })).toBeUndefined();
  expect(nodeFormat(node, value)).toEqual({ format, data, guessed: false });
});
