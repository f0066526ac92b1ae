import type { Device, Script } from '../../devices/index.ts';
import { agentOf, type Agent } from '../../devices/agents/index.ts';
import { usersByIds, type User } from '../../directory/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { ReadContext } from '../../tenancy/index.ts';
import type { Asset } from '../asset.ts';
import type { DesiredState } from '../desired-state/index.ts';
import type { ResolvedDocument } from '../engine/index.ts';
import { loadItems } from '../items.ts';
import { agentConfigurationIn, type AgentConfiguration } from './agent-configuration.ts';
import type { Begun } from './due.ts';
import type { PlaceholderSource } from './placeholders.ts';
import { argumentsOn, type ScriptArguments } from './script-arguments.ts';
import type { ScriptRun } from './script-run.ts';
import { openRunsOf, scriptStatesOf, type ScriptState } from './script-runs.ts';

/** A script that is meant for a device, with how far it is. */
export interface DeviceScript {
  readonly script: Script;
  readonly name: string;
  /** The policy that gives it; null when the device has it by itself. */
  readonly policy: { readonly id: Id; readonly name: string } | null;
  readonly asset: Asset | undefined;
  readonly arguments: readonly string[];
  /** Why it cannot run, for people; undefined when it can. */
  readonly problem: string | undefined;
  readonly begun: Begun | undefined;
  /** The run whose result has not come. */
  readonly open: ScriptRun | undefined;
  /** The last run whose result came. */
  readonly last: ScriptRun | undefined;
}

/** What the agent of a device has to do. */
export interface AgentWork {
  readonly agent: Agent | undefined;
  readonly configuration: AgentConfiguration;
  readonly scripts: readonly DeviceScript[];
  /** Runs of scripts that are not meant for the device any more. */
  readonly withdrawn: readonly ScriptRun[];
}

/** Octets of the largest script that is handed to agents. */
const largestScript = 1024 * 1024;

/** What `state` and the device's own scripts come to. A constant number of statements. */
export async function agentWorkOf(
  context: ReadContext,
  device: Device,
  state: Pick<DesiredState, 'document'> | undefined,
): Promise<AgentWork> {
  const wanted = scriptsFor(device, state?.document);
  const { organization } = context.scope;
  const references = wanted.map(({ script }) => ({ kind: 'script' as const, id: script.id, path: '' }));
  const [agent, [items], states, open, user] = await Promise.all([
    agentOf(context, device.id),
    loadItems(context.db, [{ organizationId: organization.id, references }]),
    scriptStatesOf(context, device.id),
    openRunsOf(context, device.id),
    userNamedIn(
      context,
      device,
      wanted.map(({ script }) => script),
    ),
  ]);
  const ids = new Set(wanted.map(({ script }) => script.id));
  const openOf = (id: Id) => open.find(({ scriptId }) => scriptId === id);
  return {
    agent,
    configuration: agentConfigurationIn(state?.document),
    scripts: wanted.map((item) => {
      const { id } = item.script;
      const facts = { asset: items!.assets.get(id), state: states.get(id), open: openOf(id) };
      return deviceScriptOf(item, facts, { device, user });
    }),
    withdrawn: open.filter(({ scriptId }) => !ids.has(scriptId)),
  };
}

/** The user of a device, where the arguments of one of the scripts name something of them. */
export async function userNamedIn(
  context: ReadContext,
  device: Device,
  scripts: readonly Script[],
): Promise<User | undefined> {
  const [user] = await usersNamedIn(context, [{ device, scripts }]);
  return user;
}

/** As `userNamedIn`, of many devices: one statement, and none where no user is named. */
export async function usersNamedIn(
  context: ReadContext,
  items: readonly { readonly device: Device; readonly scripts: readonly Script[] }[],
): Promise<(User | undefined)[]> {
  const ids = items.map(({ device: { user }, scripts }) =>
    user && scripts.some((script) => /\{\{\s*user\b/.test(script.arguments ?? '')) ? user.id : undefined,
  );
  const wanted = ids.filter((id) => id !== undefined);
  const users = wanted.length === 0 ? new Map<Id, User>() : await usersByIds(context, wanted);
  return ids.map((id) => (id === undefined ? undefined : users.get(id)));
}

const prefix = 'script/';

/** The device's own scripts, and those of its policies that it does not have by itself. */
function scriptsFor(
  device: Device,
  document: ResolvedDocument | null | undefined,
): Pick<DeviceScript, 'script' | 'policy'>[] {
  const own = new Map(device.scripts.map((script) => [script.id, script]));
  const ofPolicies = (document?.settings ?? []).flatMap(({ key, value, winner }) => {
    const script = value as unknown as Script;
    if (!key.startsWith(prefix) || own.has(script.id)) return [];
    const { id, name } = document!.policies[winner]!;
    return [{ script, policy: { id, name } }];
  });
  return [...Array.from(own.values(), (script) => ({ script, policy: null })), ...ofPolicies];
}

function deviceScriptOf(
  { script, policy }: Pick<DeviceScript, 'script' | 'policy'>,
  { asset, state, open }: Pick<DeviceScript, 'asset' | 'open'> & { readonly state: ScriptState | undefined },
  source: PlaceholderSource,
): DeviceScript {
  const filled = argumentsOn(script.arguments, source);
  return {
    script,
    name: asset?.name ?? script.id,
    policy,
    asset,
    arguments: 'list' in filled ? filled.list : [],
    problem: problemOf(asset, filled),
    begun: state?.begun,
    open,
    last: state?.last,
  };
}

function problemOf(asset: Asset | undefined, filled: ScriptArguments): string | undefined {
  if (!asset) return 'The script is not there any more.';
  if (asset.size > largestScript) {
    return `The script has ${asset.size} bytes; agents take at most ${largestScript}.`;
  }
  return 'error' in filled ? filled.error : undefined;
}
