import type { ReadContext } from '../../tenancy/index.ts';
import type { ResolvedDocument } from '../engine/index.ts';
import { policiesTables } from '../tables.ts';

/** Reads documents by their keys. Made once per process: it keeps those that were asked for last, because what a key stands for never changes. */
export interface DocumentReader {
  /** Undefined when no set comes to this document any more. */
  read(context: ReadContext, key: string): Promise<ResolvedDocument | undefined>;
}

/**
 * `mostSettings` bounds what is kept; a document of 1,000 settings takes about a megabyte and a half. To read one again takes longer than all
 * else that a request does, so those of some dozens of combinations of policies are to have room.
 */
export function documentReader(mostSettings = 40_000): DocumentReader {
  // A map is in the order in which its keys were set, so the one that was asked for longest ago is the first.
  const kept = new Map<string, ResolvedDocument>();
  let settings = 0;

  function forget(name: string, document: ResolvedDocument): void {
    kept.delete(name);
    settings -= document.settings.length;
  }

  function keep(name: string, document: ResolvedDocument): void {
    const before = kept.get(name);
    if (before) forget(name, before);
    kept.set(name, document);
    settings += document.settings.length;
    for (const [oldest, item] of kept) {
      if (settings <= mostSettings) return;
      forget(oldest, item);
    }
  }

  return {
    async read({ db, scope }, key) {
      const name = `${scope.organization.id} ${key}`;
      const known = kept.get(name);
      const document = known ?? (await readDocument({ db, scope }, key));
      if (document) keep(name, document);
      return document;
    },
  };
}

async function readDocument({ db, scope }: ReadContext, key: string): Promise<ResolvedDocument | undefined> {
  const row = await policiesTables(db)
    .selectFrom('policies_document')
    .select('document')
    .where('organization_id', '=', scope.organization.id)
    .where('key', '=', key)
    .executeTakeFirst();
  return row?.document;
}
