import type { Id } from '../kernel/id.ts';
import type { WriteContext } from '../tenancy/index.ts';
import { createPolicy, updatePolicy, type NewPolicy } from './change-policy.ts';
import { lockItems, type ItemReference } from './items.ts';
import type { PolicyContent } from './policy.ts';
import { windowsPolicies, type WindowsPolicy, type WindowsPolicyDocument } from './windows-policy.ts';

/** Everything that a document refers to, with its place in it. */
export function referencesOf(document: WindowsPolicyDocument): ItemReference[] {
  return [
    ...document.applications.map(({ winApplicationId }, index) => ({
      kind: 'application' as const,
      id: winApplicationId,
      path: `applications[${index}].winApplicationId`,
    })),
    ...document.scripts.map(({ id }, index) => ({
      kind: 'script' as const,
      id,
      path: `scripts[${index}].id`,
    })),
    ...document.admxConfigs.map(({ winAdmxConfigId }, index) => ({
      kind: 'admxConfig' as const,
      id: winAdmxConfigId,
      path: `admxConfigs[${index}].winAdmxConfigId`,
    })),
    ...document.assets.map(({ mdmAssetId }, index) => ({
      kind: 'asset' as const,
      id: mdmAssetId,
      path: `assets[${index}].mdmAssetId`,
    })),
  ];
}

/** Faults: `invalidInput` (no such segment; something in the document that the organization does not have). */
export async function createWindowsPolicy(
  context: WriteContext,
  input: Omit<NewPolicy<WindowsPolicyDocument>, 'kind'>,
): Promise<WindowsPolicy> {
  await lockItems(context, referencesOf(input.document));
  return createPolicy(context, windowsPolicies, { kind: 'winPolicy', ...input });
}

/**
 * Changes what `changes` names and leaves the rest; a list or map that is named is replaced whole. Faults: `notFound`,
 * `preconditionFailed`, `invalidInput` as at creation.
 */
export async function updateWindowsPolicy(
  context: WriteContext,
  id: Id,
  ifMatch: readonly number[] | undefined,
  changes: Partial<Omit<PolicyContent, 'document'>> & { readonly document: Partial<WindowsPolicyDocument> },
): Promise<WindowsPolicy> {
  return updatePolicy(context, windowsPolicies, id, ifMatch, async (stored) => {
    const document = { ...stored.document, ...changes.document };
    await lockItems(context, referencesOf(document));
    return { ...changes, document };
  });
}
