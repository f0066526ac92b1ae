import type { Secret } from '../../../kernel/secret.ts';
import type { Catalogue } from '../../../policies/csp/index.ts';
import { admxTexts, openReferences } from '../../../policies/index.ts';
import { nodeFormat } from '../../../policies/csp/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import type { NodeData } from '../dm-command.ts';
import type { Wanted, WantedItem, WantedNode } from './item.ts';
import { nodeData } from './wanted.ts';

/** What is secret or large, of the items that are to be sent. */
export interface HeldContent {
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly admxTexts: ReadonlyMap<string, string>;
}

const nothing: HeldContent = { secrets: new Map(), admxTexts: new Map() };

/** Looks up what these items hold and is not at hand: a statement for the files, and one for each policy with secrets. */
export async function heldContent(
  context: WriteContext,
  items: readonly WantedItem[],
  atHand = nothing,
): Promise<HeldContent> {
  const contents = items.flatMap((item) => (item.kind === 'application' ? [] : [item.content]));
  const references = contents.flatMap((one) =>
    one.kind === 'secret' && !atHand.secrets.has(one.reference) ? [one.reference] : [],
  );
  const files = contents.flatMap((one) =>
    one.kind === 'admx' && !atHand.admxTexts.has(one.id) ? [one.id] : [],
  );
  if (references.length + files.length === 0) return atHand;
  return {
    secrets: new Map([...atHand.secrets, ...(await openReferences(context, references))]),
    admxTexts: new Map([...atHand.admxTexts, ...(await admxTexts(context, files))]),
  };
}

/** What is sent to a node; undefined when it is not stored any more. A secret is opened here and stays nowhere. */
export function dataOf(
  { content, item }: WantedNode,
  held: HeldContent,
  catalogue: Catalogue,
): NodeData | undefined {
  switch (content.kind) {
    case 'data':
      return content.value;
    case 'admx': {
      const data = held.admxTexts.get(content.id);
      return data === undefined ? undefined : { format: 'chr', data };
    }
    case 'secret': {
      const secret = held.secrets.get(content.reference);
      if (!secret) return undefined;
      const sent = nodeFormat(catalogue.find(item), { format: content.format, data: secret.reveal() });
      return sent && nodeData(sent);
    }
  }
}

/** Without the items, among these, whose content is not stored any more: they are skipped, with the reason. */
export function withoutLost(
  wanted: Wanted,
  toSend: ReadonlySet<WantedItem>,
  held: HeldContent,
  catalogue: Catalogue,
): Wanted {
  const isLost = (one: WantedItem) =>
    one.kind !== 'application' && toSend.has(one) && dataOf(one, held, catalogue) === undefined;
  const lost = wanted.items.filter(isLost);
  if (lost.length === 0) return wanted;
  return {
    items: wanted.items.filter((one) => !lost.includes(one)),
    skipped: [
      ...wanted.skipped,
      ...lost.map(({ item, values }) => ({
        item,
        values,
        reason: 'What it shall hold is not stored any more.',
      })),
    ],
  };
}
