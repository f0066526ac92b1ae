import { strongestFirst, type PolicyOfDevice } from './strength.ts';
import type { WindowsPolicy, WindowsPolicyDocument } from './windows-policy.ts';

/**
 * The policy that several policies make together. What only one of them says, all devices that have them get; where they differ, the
 * stronger one counts: per OMA-URI, per member of the agent's configuration, and in lists per application, script, ADMX configuration,
 * asset (by id) and bookmark (by URL). Lists keep the order of the stronger policies. Name, id and version are those of the strongest.
 * Undefined when there is no policy.
 */
export function mergeWindowsPolicies(
  assigned: readonly PolicyOfDevice<WindowsPolicyDocument>[],
): WindowsPolicy | undefined {
  const policies = strongestFirst(assigned).map(({ policy }) => policy);
  const [strongest] = policies;
  if (!strongest || policies.length === 1) return strongest;
  const documents = policies.map(({ document }) => document);
  const document: WindowsPolicyDocument = {
    config: firstOfEach(documents.map(({ config }) => config)),
    applications: union(documents, 'applications', (item) => item.winApplicationId),
    scripts: union(documents, 'scripts', (item) => item.id),
    admxConfigs: union(documents, 'admxConfigs', (item) => item.winAdmxConfigId),
    assets: union(documents, 'assets', (item) => item.mdmAssetId),
    bookmarks: union(documents, 'bookmarks', (item) => item.url ?? `title ${item.title ?? ''}`),
    agentConfiguration: firstOfEach(documents.map(({ agentConfiguration }) => agentConfiguration)),
  };
  return { ...strongest, document };
}

function firstOfEach<Values extends object>(strongestFirst: readonly Values[]): Values {
  return Object.fromEntries(strongestFirst.toReversed().flatMap(Object.entries)) as Values;
}

type ListName = 'applications' | 'scripts' | 'admxConfigs' | 'assets' | 'bookmarks';

function union<Name extends ListName>(
  strongestFirst: readonly WindowsPolicyDocument[],
  name: Name,
  identity: (item: WindowsPolicyDocument[Name][number]) => string,
): WindowsPolicyDocument[Name] {
  const kept = new Map<string, WindowsPolicyDocument[Name][number]>();
  for (const document of strongestFirst) {
    for (const item of document[name]) {
      const key = identity(item);
      if (!kept.has(key)) kept.set(key, item);
    }
  }
  return [...kept.values()] as unknown as WindowsPolicyDocument[Name];
}
