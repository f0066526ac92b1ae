import { expect, test } from 'vitest';
import { inapplicability, type WindowsVersion } from './index.ts';

test.each([
  [['10.0.19041'], '10.0.19045.3803', true],
  [['10.0.19041'], '10.0.18363.1', false],
  [['10.0.22000', '10.0.19043.1202'], '10.0.19045.1202', true],
  [['10.0.22000', '10.0.19043.1202'], '10.0.19045.1201', false],
  [['10.0.22000', '10.0.19043.1202'], '10.0.20348.2000', false],
  [['10.0.22000', '10.0.19043.1202'], '10.0.22621', true],
  [['10.0.22621.1480', '10.0.22000.1754'], '10.0.22000.1753', false],
  [['10.0.22621.1480', '10.0.22000.1754'], '10.0.22631.1480', true],
  [['10.0.22621.1480', '10.0.22000.1754'], '10.0.22631.1479', false],
  [['10.0.26100.4000'], '10.0.26200.3999', false],
  [['10.0.26100.4000'], '10.0.27000.1', true],
  [['99.9.99999'], '10.0.26200.9278', false],
  [['99.9.99999', '10.0.22000'], '10.0.26200.9278', true],
  [['9.9'], '10.0.26200.9278', true],
  [['10.0.19041'], 'Windows 11', true],
  [['10.0.19041'], undefined, true],
])('a node of the builds %j on %s: %s', (builds, build, has) => {
  const version: WindowsVersion = { build };
  expect(inapplicability({ builds }, version) === undefined).toBe(has);
});

test('the reason names what would be right', () => {
  expect(inapplicability({ builds: ['10.0.22000', '99.9.99999'] }, { build: '10.0.19045.1' })).toBe(
    'It needs Windows build 10.0.22000, or a newer one; the device has 10.0.19045.1.',
  );
  expect(inapplicability({ builds: ['99.9.99999'] }, { build: '10.0.19045.1' })).toBe(
    'No released build of Windows has it.',
  );
  expect(inapplicability({ editions: [4, 121] }, { edition: 48 })).toBe(
    'Windows Pro does not have it, but Enterprise, Education.',
  );
  expect(inapplicability({ editions: [4, 121] }, { edition: 121 })).toBeUndefined();
  expect(inapplicability({ editions: [4, 121] }, {})).toBeUndefined();
  expect(inapplicability({}, { build: '10.0.19045.1', edition: 48 })).toBeUndefined();
});
