import { Fault } from '../../kernel/fault.ts';
import { agentConfigurationIn, dutiesOf } from '../../policies/agents/index.ts';
import { desiredStateOf } from '../../policies/index.ts';
import type { AgentCall } from './operation.ts';
import type { TObject } from 'typebox';

const switches = { location: 'allowLocation', networkStatus: 'allowNetworkStatus' } as const;

/** Refuses what no policy allows the agent to tell. Faults: `forbidden`. */
export async function requireDuty(
  { agent, read, documents }: AgentCall<TObject>,
  duty: keyof typeof switches,
): Promise<void> {
  const state = await desiredStateOf(read, agent.deviceId, documents);
  if (dutiesOf(agentConfigurationIn(state?.document))[duty].active) return;
  throw new Fault(
    'forbidden',
    `The device's policies do not allow this report (agentConfiguration.${switches[duty]}). Ask for agent-config again.`,
  );
}
