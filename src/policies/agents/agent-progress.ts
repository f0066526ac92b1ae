import { digestOfValue } from '../delivery/index.ts';
import type { Progress, ResolvedDocument, Setting } from '../engine/index.ts';
import { configurationPrefix, dutiesOf } from './agent-configuration.ts';
import type { AgentWork, DeviceScript } from './agent-work.ts';
import { dueAt } from './due.ts';

const scriptPrefix = 'script/';

/** Whether a device's agent has anything to do with what a document says. */
export function namesAgentSettings(document: ResolvedDocument | null | undefined): boolean {
  return document?.settings.some(({ key }) => isOfAgent(key)) ?? false;
}

function isOfAgent(key: string): boolean {
  return key.startsWith(scriptPrefix) || key.startsWith(configurationPrefix);
}

/** How far a setting that is the agent's business has come; undefined for another one. */
export function agentProgress(work: AgentWork): (setting: Setting) => Progress | undefined {
  const scripts = new Map(work.scripts.map((item) => [`${scriptPrefix}${item.script.id}`, item]));
  return (setting) => {
    if (setting.key.startsWith(configurationPrefix)) return configurationProgress(work, setting);
    const script = scripts.get(setting.key);
    return script && scriptProgress(work, script);
  };
}

/** Why an agent has nothing yet, for people; undefined when it calls. */
function absence({ agent }: AgentWork): string | undefined {
  if (!agent) return 'The device has no agent: give it agent credentials.';
  return agent.lastSeenAt ? undefined : 'The agent has not called yet.';
}

const pending = (reason: string): Progress => ({ state: 'pending', reason, reported: null });

function configurationProgress(work: AgentWork, { key, value }: Setting): Progress {
  const away = absence(work);
  if (away !== undefined) return pending(away);
  const name = key.slice(configurationPrefix.length);
  const unserved = withoutEffect[name];
  if (unserved !== undefined) return pending(unserved);
  const { toldConfiguration: told, hasConfirmed, lastSeenAt } = work.agent!;
  if (!told || !Object.hasOwn(told, name) || digestOfValue(told[name]!) !== digestOfValue(value)) {
    return pending('The agent gets it when it asks for its configuration.');
  }
  if (hasConfirmed) return { state: 'verified', reason: null, reported: { value, at: lastSeenAt } };
  const reason = 'The agent was told, and has not confirmed that it has it.';
  return { state: 'delivered', reason, reported: null };
}

const withoutEffect: Readonly<Record<string, string>> = {
  buildTag: 'Agents are told, and do not update themselves yet.',
  allowPackageTime: 'Agents do not report the time that applications are used.',
  allowPackageTransfer: 'Agents do not report the data that applications transfer.',
};

function scriptProgress(work: AgentWork, { script, problem, begun, open, last }: DeviceScript): Progress {
  const reported = last ? { value: last.exitCode ?? last.outcome!, at: last.finishedAt } : null;
  if (problem !== undefined) return { state: 'error', reason: problem, reported };
  const away = absence(work);
  if (away !== undefined) return { ...pending(away), reported };
  if (!dutiesOf(work.configuration).scripts.active) {
    return { ...pending('The policies switch the agent off (agentConfiguration/enabled).'), reported };
  }
  if (open?.handedAt) {
    const reason = `The agent got it at ${open.handedAt.toISOString()}, and its result has not come yet.`;
    return { state: 'delivered', reason, reported };
  }
  if (open) return { ...pending('It was asked for, and runs when the agent calls.'), reported };
  if (dueAt(script, begun) === 'now') return { ...pending('It runs when the agent calls.'), reported };
  if (last && last.outcome !== 'succeeded') return { state: 'error', reason: last.error, reported };
  if (last) return { state: 'verified', reason: null, reported };
  if (script.type === 'onDemand') {
    return { state: 'verified', reason: 'It runs when an administrator asks for it.', reported };
  }
  return pending('It runs when the agent calls.');
}
