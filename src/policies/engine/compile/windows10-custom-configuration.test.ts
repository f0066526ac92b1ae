import { expect, test } from 'vitest';
import type { JsonObject } from '../../../kernel/json.ts';
import { idOf } from '../fixtures/policies.ts';
import { compilePolicy } from './kinds.ts';

function compiled(...omaSettings: JsonObject[]) {
  const document = { omaSettings };
  return compilePolicy({
    id: idOf(1),
    kind: 'windows10CustomConfiguration',
    name: 'P',
    version: 1,
    document,
  });
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const type = (name: string) => ({
  '@odata.type': `#microsoft.graph.omaSetting${name}`,
  omaUri: './Vendor/MSFT/A/B',
});

test.each<[JsonObject, unknown]>([
  [{ ...type('Integer'), value: 5 }, 5],
  [{ ...type('String'), value: '<enabled/>' }, '<enabled/>'],
  [{ ...type('String'), value: '' }, ''],
  [{ ...type('Boolean'), value: false }, false],
  [
    { ...type('FloatingPoint'), value: 2 },
    { format: 'float', data: 2 },
  ],
  [
    { ...type('DateTime'), value: '2026-01-01T00:00:00.0000000Z' },
    { format: 'dateTime', data: '2026-01-01T00:00:00.0000000Z' },
  ],
  [
    { ...type('Base64'), fileName: 'a.cer', value: 'AQID' },
    { format: 'b64', data: 'AQID' },
  ],
  [
    { ...type('StringXml'), value: base64('\ufeff<a>é</a>') },
    { format: 'xml', data: '<a>é</a>' },
  ],
  [
    { ...type('String'), value: '****', isEncrypted: true, secretReferenceValueId: 'ref-1' },
    { format: 'chr', secret: 'ref-1' },
  ],
  [
    { ...type('StringXml'), value: 'KioqKg==', isEncrypted: true, secretReferenceValueId: 'ref-2' },
    { format: 'xml', secret: 'ref-2' },
  ],
])('%j', (setting, value) => {
  const { settings, notApplicable } = compiled({ ...setting, displayName: 'Thing', description: null });
  expect(notApplicable).toEqual([]);
  expect(settings).toEqual([
    {
      platform: 'windows',
      key: './device/vendor/msft/a/b',
      locUri: './Device/Vendor/MSFT/A/B',
      title: 'Thing',
      value,
      combine: 'first',
    },
  ]);
});

test.each<[JsonObject, string]>([
  [{ ...type('Integer'), value: 5.5 }, 'unreadable'],
  [{ ...type('Integer'), value: '5' }, 'unreadable'],
  [{ ...type('Integer'), value: 5, isReadOnly: true }, 'readOnly'],
  [{ ...type('Base64'), value: 'not base64!' }, 'unreadable'],
  [{ ...type('StringXml'), value: Buffer.from([0xff, 0xfe, 0xff]).toString('base64') }, 'unreadable'],
  [{ ...type('String'), value: '****', isEncrypted: true }, 'unreadable'],
  [{ ...type('String') }, 'unreadable'],
  [{ ...type('String'), omaUri: ' ', value: 'x' }, 'unreadable'],
  [{ ...type('Hologram'), value: 'x' }, 'unknown'],
  [{ omaUri: './Vendor/MSFT/A/B', value: 'x' }, 'unknown'],
])('%j is named: %s', (setting, reason) => {
  const good = { ...type('Integer'), omaUri: './Vendor/MSFT/Good', value: 1 };
  const { settings, notApplicable } = compiled(good, setting);
  expect(settings).toHaveLength(1);
  expect(notApplicable).toMatchObject([{ property: 'omaSettings[1]', reason, value: setting }]);
});
