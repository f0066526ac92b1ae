import { parseGuidId, type Id } from '../kernel/id.ts';
import type { ReadContext } from '../tenancy/index.ts';
import { nameOfApplication } from './application.ts';
import { loadItems, type ItemReference, type Items } from './items.ts';

/** The items that settings of Windows policies stand for, by the first part of their keys. */
const namesOf = {
  application: ({ applications }, id) => nameIn(applications, id, nameOfApplication),
  admxConfig: ({ admxConfigs }, id) =>
    nameIn(admxConfigs, id, ({ appName, fileName }) => `${appName}, ${fileName}`),
  asset: ({ assets }, id) => nameIn(assets, id, ({ name }) => name),
  script: ({ assets }, id) => nameIn(assets, id, ({ name }) => name),
} as const satisfies Partial<Record<ItemReference['kind'], (items: Items, id: Id) => string | undefined>>;

interface Titled {
  readonly key: string;
  readonly title: string;
}

/**
 * Titles of settings that stand for an item end with its id, because the item may be called otherwise at any time: here they get its name of now.
 * At most three statements, and none where there is no such setting.
 */
export async function withItemNames<Setting extends Titled>(
  { db, scope }: ReadContext,
  settings: readonly Setting[],
): Promise<Setting[]> {
  const references = settings.map(({ key }) => referenceIn(key));
  const wanted = {
    organizationId: scope.organization.id,
    references: references.filter((one) => one !== undefined),
  };
  if (wanted.references.length === 0) return [...settings];
  const [items] = await loadItems(db, [wanted]);
  return settings.map((setting, index) => {
    const reference = references[index];
    const name = reference && items && namesOf[reference.kind](items, reference.id);
    if (name === undefined || !setting.title.endsWith(` ${reference!.id}`)) return setting;
    return { ...setting, title: `${setting.title.slice(0, -reference!.id.length - 1)}: ${name}` };
  });
}

function referenceIn(key: string): (ItemReference & { readonly kind: keyof typeof namesOf }) | undefined {
  const [kind = '', text = ''] = key.split('/');
  const id = parseGuidId(text);
  return id && isKind(kind) ? { kind, id, path: key } : undefined;
}

function isKind(text: string): text is keyof typeof namesOf {
  return Object.hasOwn(namesOf, text);
}

function nameIn<Item>(
  items: ReadonlyMap<Id, Item>,
  id: Id,
  nameOf: (item: Item) => string,
): string | undefined {
  const item = items.get(id);
  return item && nameOf(item);
}
