import { expect, test } from 'vitest';
import type { Json } from '../../kernel/json.ts';
import { compilePolicy } from './compile/kinds.ts';
import { explain } from './explain.ts';
import { assigned, idOf } from './fixtures/policies.ts';
import { resolve } from './resolve.ts';
import { isSecret, withoutSecretItem, withoutSecrets } from './secret.ts';

const path = './Vendor/MSFT/VPNv2/Key';
const secretItem = {
  '@odata.type': '#microsoft.graph.omaSettingString',
  omaUri: path,
  isEncrypted: true,
  secretReferenceValueId: 'reference-1',
};

function explained(priority: { secret: number; plain: number }) {
  const policies = [
    [1, 'windows10CustomConfiguration', { omaSettings: [secretItem] }, priority.secret],
    [2, 'winPolicy', { config: { [path]: 'plain' } }, priority.plain],
  ] as const;
  const all = policies.map(([number, kind, document, of]) =>
    assigned(compilePolicy({ id: idOf(number), kind, name: `P${number}`, version: 1, document }), {
      kind: 'direct',
      priority: of,
    }),
  );
  const reported = { value: 'what the device has', at: null };
  const { settings } = explain(resolve('windows', all), {
    osVersion: undefined,
    supervised: undefined,
    assigned: all,
    progressOf: () => ({ state: 'pending', reason: null, reported }),
  });
  return settings.map(withoutSecrets);
}

test.each([
  [{ secret: 1, plain: 2 }, { format: 'chr', secret: '********' }, 'plain'],
  [{ secret: 2, plain: 1 }, 'plain', { format: 'chr', secret: '********' }],
])('a secret is masked wherever it stands, and what the device has: %j', (priority, value, loser) => {
  const settings = explained(priority);
  expect(settings).toMatchObject([{ value, losers: [{ value: loser }], reported: { value: '********' } }]);
  expect(JSON.stringify(settings)).not.toMatch(/reference-1|what the device has/);
});

test('a secret that cannot be delivered is masked too', () => {
  const { notApplicable } = compilePolicy({
    id: idOf(1),
    kind: 'windows10CustomConfiguration',
    name: 'P',
    version: 1,
    document: { omaSettings: [{ ...secretItem, omaUri: '', value: 'in clear' }] },
  });
  expect(notApplicable).toHaveLength(1);
  const [shown] = notApplicable.map(withoutSecretItem);
  expect(shown).toMatchObject({ reason: 'unreadable', value: { isEncrypted: true, value: '********' } });
  expect(JSON.stringify(shown)).not.toMatch(/reference-1|in clear/);
});

test.each<[Json, boolean]>([
  [{ format: 'chr', secret: 'x' }, true],
  [{ format: 'chr', data: 'x' }, false],
  [{ format: 'chr', secret: 'x', more: 1 }, false],
  ['secret', false],
  [null, false],
  [['format', 'secret'], false],
])('%j is a secret: %s', (value, expected) => {
  expect(isSecret(value)).toBe(expected);
});
