import { expect, test } from 'vitest';
import { inventoryItems } from './inventory.ts';
import { isList } from './item.ts';
import { questionsOf } from './told-nodes.ts';

test('each node is asked for once, under a name of its own', () => {
  const names = inventoryItems.map(({ name }) => name);
  const paths = inventoryItems.map(({ locUri }) => locUri.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(paths).size).toBe(paths.length);
  for (const name of names) expect(name).toMatch(/^[A-Za-z]+$/);
});

test.each(inventoryItems)('$name', (item) => {
  expect(item.locUri).toMatch(
    /^\.\/(?:DevInfo|DevDetail|Vendor\/MSFT|Device\/Vendor\/MSFT)(?:\/[A-Za-z]+)+$/,
  );
  expect(questionsOf(item, new Map())).toEqual([{ id: `i${item.name}`, locUri: item.locUri }]);
  if (!isList(item)) return;
  const told = new Map([[item.locUri, '%7BA%7D/B/B//C']]);
  const [property] = item.properties;
  expect(questionsOf(item, told)).toHaveLength(1 + 3 * item.properties.length);
  expect(questionsOf(item, told)[1]).toEqual({
    id: `i${item.name}.0.${property}`,
    locUri: `${item.locUri}/%7BA%7D/${property}`,
  });
  const many = Array.from({ length: item.most + 10 }, (_, index) => index).join('/');
  expect(questionsOf(item, new Map([[item.locUri, many]]))).toHaveLength(
    1 + item.most * item.properties.length,
  );
});
