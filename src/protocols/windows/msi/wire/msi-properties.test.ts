import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../../../../kernel/fault.ts';
import { exampleMsi } from '../fixtures/example-msi.ts';
import { readMsiProperties } from './msi-properties.ts';

test('the properties of a package that another tool made are read', () => {
  expect(Object.fromEntries(readMsiProperties(exampleMsi))).toEqual({
    Manufacturer: 'Example',
    ProductLanguage: '1033',
    ProductCode: '{3F2504E0-4F89-41D3-9A0C-0305E82C3301}',
    ProductName: 'Example Tool',
    ProductVersion: '2.4.1',
    UpgradeCode: '{3F2504E0-4F89-41D3-9A0C-0305E82C3302}',
  });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(2_000)])],
  ['a header alone', exampleMsi.subarray(0, 512)],
  ['half of it', exampleMsi.subarray(0, 4_096)],
])('%s is refused', (_, bytes) => {
  expect(() => readMsiProperties(bytes)).toThrow(Fault);
});

test('whatever is changed in it, it is read or refused, and soon', () => {
  const changes = fc.array(
    fc.tuple(
      fc.oneof(fc.nat(600), fc.nat(exampleMsi.length - 4)),
      fc.constantFrom(0, 1, 0xff, 0xffff_fffe, 0xffff_ffff, 0x7fff_ffff, 4),
    ),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(changes, (all) => {
      const file = Buffer.from(exampleMsi);
      for (const [at, value] of all) file.writeUInt32LE(value, at);
      const begin = performance.now();
      try {
        readMsiProperties(file);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
      }
      return performance.now() - begin < 2_000;
    }),
    { numRuns: 2_000 },
  );
});
