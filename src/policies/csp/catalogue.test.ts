import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normaliseLocUri } from '../engine/index.ts';
import { catalogueOf, leavesOf } from './catalogue.ts';
import type { Catalogue } from './index.ts';
import type { CspNode } from './node.ts';

const node = (path: string, more: Partial<CspNode> = {}): CspNode => ({
  path,
  format: 'int',
  access: ['Get'],
  ...more,
});

const find = (catalogue: Catalogue, uri: string) => catalogue.find(normaliseLocUri(uri).key)?.path;

test('a node is found by every spelling of its path', () => {
  const catalogue = catalogueOf(0, [node('./Device/Vendor/MSFT/Policy/Config/Area~One/Name')]);
  for (const uri of [
    './Device/Vendor/MSFT/Policy/Config/Area~One/Name',
    './Vendor/MSFT/policy/config/area~one/NAME',
    ' ./Device/Vendor/MSFT/Policy/Config/ Area%7EOne /Name',
    'Vendor/MSFT/Policy/Config/Area~One/Name',
  ]) {
    expect(find(catalogue, uri)).toBe('./Device/Vendor/MSFT/Policy/Config/Area~One/Name');
  }
  for (const uri of ['./User/Vendor/MSFT/Policy/Config/Area~One/Name', './Device/Vendor/MSFT', './', '']) {
    expect(find(catalogue, uri)).toBeUndefined();
  }
});

test('a name goes before a free one, as far as it leads to a node', () => {
  const paths = ['./A/{x}/C', './A/B/C', './A/B/{y}/E', './A/{x}/D/{z}', './A/{x}'];
  const catalogue = catalogueOf(
    0,
    paths.map((path) => node(path)),
  );
  expect(find(catalogue, './A/B/C')).toBe('./A/B/C');
  expect(find(catalogue, './A/Q/C')).toBe('./A/{x}/C');
  expect(find(catalogue, './A/B/D/E')).toBe('./A/B/{y}/E');
  expect(find(catalogue, './A/B/D/F')).toBe('./A/{x}/D/{z}');
  expect(find(catalogue, './A/B')).toBe('./A/{x}');
  expect(find(catalogue, './A/B/D')).toBeUndefined();
  expect(find(catalogue, './A/%7Bx%7D/C')).toBe('./A/{x}/C');
  expect(catalogue.namesBelow('./a')).toEqual(['b']);
});

test('nodes without a title are called after their name', () => {
  const title = (path: string) => catalogueOf(0, [node(path)]).nodes[0]!.title;
  expect(title('./Device/Vendor/MSFT/Policy/Config/DeviceLock/MinDevicePasswordLength')).toBe(
    'DeviceLock: Min device password length',
  );
  expect(title('./User/Vendor/MSFT/VPNv2/{ProfileName}/DnsSuffix')).toBe('VPNv2: Dns suffix');
  expect(title('./User/Vendor/MSFT/VPNv2/{ProfileName}')).toBeUndefined();
  expect(title('./Device/Vendor/MSFT/Policy/Config/DMAGuard/Audit_LogonEvents')).toBe(
    'DMAGuard: Audit logon events',
  );
});

test('leaves are the nodes that hold no others', () => {
  const paths = ['./A/B', './a/b/C', './A/{x}', './A/BC', './D'];
  expect(leavesOf(paths.map((path) => node(path))).map(({ path }) => path)).toEqual([
    './a/b/C',
    './A/{x}',
    './A/BC',
    './D',
  ]);
});

test('of two nodes in one place the later one counts, with a title and a rule of the earlier one', () => {
  const earlier = node('./A/{b}', { title: 'A', combine: 'larger', default: '1', rewritten: true });
  const catalogue = catalogueOf(3, [earlier], [node('./a/{other}', { format: 'chr' })]);
  expect(catalogue).toMatchObject({ version: 3 });
  expect(catalogue.nodes).toEqual([
    { path: './a/{other}', format: 'chr', access: ['Get'], title: 'A', combine: 'larger', rewritten: true },
  ]);
});

const names = fc.constantFrom('a', 'B', 'c d', '{x}', '{y}');

test('what is found is what looking through all nodes finds', () => {
  const path = fc
    .array(names, { minLength: 1, maxLength: 4 })
    .map((segments) => ['.', ...segments].join('/'));
  fc.assert(
    fc.property(fc.uniqueArray(path, { maxLength: 12 }), path, (paths, wanted) => {
      const found = find(
        catalogueOf(
          0,
          paths.map((text) => node(text)),
        ),
        wanted.replaceAll(/[{}]/g, ''),
      );
      const segments = wanted.replaceAll(/[{}]/g, '').toLowerCase().split('/');
      const matches = paths.filter((text) => {
        const own = text.toLowerCase().split('/');
        return (
          own.length === segments.length &&
          own.every((segment, index) => segment.startsWith('{') || segment === segments[index])
        );
      });
      // The one whose first free name comes latest; of those, the one whose next does.
      const rank = (text: string) =>
        text
          .split('/')
          .map((segment) => (segment.startsWith('{') ? '1' : '0'))
          .join('');
      const best = matches.map(rank).toSorted()[0];
      expect(found && rank(found)).toBe(best);
      if (found) expect(matches.map(rank)).toContain(rank(found));
    }),
  );
});
