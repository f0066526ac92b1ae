import type { Json } from '../kernel/json.ts';
import {
  compilePolicy,
  resolve,
  type Assigned,
  type ResolvedSetting,
  type WindowsNodes,
} from './engine/index.ts';
import { emptyWindowsPolicy, type WindowsPolicy, type WindowsPolicyDocument } from './windows-policy.ts';

/**
 * The policy that several policies make together: what the engine resolves them to, written as one policy. What only one of them says,
 * all devices that have them get; where they differ, the stronger one counts: per OMA-URI, per member of the agent's configuration, and in
 * lists per application, script, ADMX configuration, asset (by id) and bookmark (by URL). Lists keep the order of the stronger policies.
 * Name, id and version are those of the strongest. Undefined when there is no policy.
 */
export function mergeWindowsPolicies(
  assigned: readonly Assigned<WindowsPolicy>[],
  nodes: WindowsNodes,
): WindowsPolicy | undefined {
  const [only] = assigned;
  if (!only || assigned.length === 1) return only?.policy;
  const { policies, settings } = resolve(
    'windows',
    assigned.map(({ policy, assignment }) => ({ policy: compilePolicy(policy, nodes), assignment })),
  );
  const strongest = assigned.find(({ policy }) => policy.id === policies[0]!.id)!.policy;
  return { ...strongest, document: documentOf(settings) };
}

const lists = {
  application: 'applications',
  script: 'scripts',
  admxConfig: 'admxConfigs',
  asset: 'assets',
  bookmark: 'bookmarks',
} as const satisfies Record<string, keyof WindowsPolicyDocument>;

/** The settings as the engine's compiler would read them from a document. */
function documentOf(settings: readonly ResolvedSetting[]): WindowsPolicyDocument {
  const config: [path: string, value: Json][] = [];
  const agentConfiguration: [name: string, value: Json][] = [];
  const items: Record<(typeof lists)[keyof typeof lists], Json[]> = {
    applications: [],
    scripts: [],
    admxConfigs: [],
    assets: [],
    bookmarks: [],
  };
  for (const { key, value, written } of settings) {
    const part = key.slice(0, key.indexOf('/'));
    if (written !== undefined) config.push([written, value]);
    else if (part === 'agentConfiguration') agentConfiguration.push([key.slice(part.length + 1), value]);
    else items[lists[part as keyof typeof lists]].push(value);
  }
  return {
    ...emptyWindowsPolicy,
    ...items,
    config: Object.fromEntries(config),
    agentConfiguration: Object.fromEntries(agentConfiguration),
  } as unknown as WindowsPolicyDocument;
}
