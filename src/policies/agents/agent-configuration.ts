import type { ResolvedDocument } from '../engine/index.ts';
import type { WindowsPolicyDocument } from '../windows-policy.ts';

/** What a device's policies say of its agent together. What they do not say is absent. */
export type AgentConfiguration = WindowsPolicyDocument['agentConfiguration'];

/** What an agent shall do. All intervals are in seconds. */
export interface AgentDuties {
  /** Between two questions for its duties and for scripts. */
  readonly checkInterval: number;
  readonly scripts: { readonly active: boolean };
  readonly location: { readonly active: boolean; readonly refreshInterval: number };
  readonly networkStatus: { readonly active: boolean; readonly refreshInterval: number };
  /** The build of the agent that is wanted; null for any. */
  readonly buildTag: string | null;
}

export const configurationPrefix = 'agentConfiguration/';

export function agentConfigurationIn(document: ResolvedDocument | null | undefined): AgentConfiguration {
  const settings = document?.settings.filter(({ key }) => key.startsWith(configurationPrefix)) ?? [];
  return Object.fromEntries(settings.map(({ key, value }) => [key.slice(configurationPrefix.length), value]));
}

const checkInterval = 300;
const refreshInterval = 900;

/** Scripts run unless a policy switches the agent off; where a device is and its network are told only where a policy allows it. */
export function dutiesOf({
  enabled = true,
  allowLocation = false,
  allowNetworkStatus = false,
  buildTag = '',
}: AgentConfiguration): AgentDuties {
  return {
    checkInterval,
    scripts: { active: enabled },
    location: { active: enabled && allowLocation, refreshInterval },
    networkStatus: { active: enabled && allowNetworkStatus, refreshInterval },
    buildTag: buildTag === '' ? null : buildTag,
  };
}
