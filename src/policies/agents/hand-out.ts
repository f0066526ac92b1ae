import { devicesByIds, deviceKey, lockDevice, type Device } from '../../devices/index.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import type { ReadContext, WriteContext } from '../../tenancy/index.ts';
import { desiredStateOf, type DocumentReader } from '../desired-state/index.ts';
import { scriptContents } from '../assets.ts';
import { formatOf } from '../asset-type.ts';
import { agentWorkOf, type AgentWork, type DeviceScript } from './agent-work.ts';
import { dutiesOf } from './agent-configuration.ts';
import { isDue, resetDateAfter } from './due.ts';
import type { ScriptRun } from './script-run.ts';
import { closeRun, noteBegun, noteHanded, openRun } from './script-runs.ts';

/** A run that an agent is to do. */
export interface HandedRun {
  readonly run: ScriptRun;
  readonly script: DeviceScript;
  /** What runs it. */
  readonly interpreter: string;
  readonly content: Buffer;
}

/** What an agent gets at once; the rest comes at its next call. */
const most = { scripts: 20, bytes: 4 * 1024 * 1024 };

/**
 * The runs that the agent of a device is to do now, oldest first. A run stays the same, with its id, until its result comes: an agent
 * that asks again gets it again. When nothing new begins, nothing is written.
 */
export async function handOutScripts(
  {
    read,
    change,
    documents,
  }: {
    readonly read: ReadContext;
    readonly change: <Result>(work: (context: WriteContext) => Promise<Result>) => Promise<Result>;
    readonly documents: DocumentReader;
  },
  deviceId: Id,
  now: Date,
): Promise<HandedRun[]> {
  const device = (await devicesByIds(read, [deviceId])).get(deviceId)!;
  const before = planOf(await readWork(read, device, documents), now);
  const runs =
    before.news.length + before.ends.length === 0
      ? before.open
      : await change(async (context) => {
          const locked = await lockDevice(context, device.platform, deviceKey(hexOfId(deviceId)));
          return begin(context, locked.id, planOf(await readWork(context, locked, documents), context.now));
        });
  const contents = await scriptContents(
    read,
    runs.map(({ script }) => script.script.id),
  );
  return runs.flatMap(({ run, script }) => {
    const content = contents.get(script.script.id);
    // It was taken away and removed just now.
    return content ? [{ run, script, interpreter: formatOf(script.asset!.extension).runner!, content }] : [];
  });
}

async function readWork(context: ReadContext, device: Device, documents: DocumentReader): Promise<AgentWork> {
  return agentWorkOf(context, device, await desiredStateOf(context, device.id, documents));
}

type Begin = Pick<HandedRun, 'run' | 'script'>;

interface HandOutPlan {
  /** Runs that were begun before. */
  readonly open: readonly Begin[];
  /** What begins now: a run that somebody asked for, or a script that is due. */
  readonly news: readonly { readonly script: DeviceScript; readonly asked: ScriptRun | undefined }[];
  /** Runs that cannot or shall not be any more. */
  readonly ends: readonly {
    readonly run: ScriptRun;
    readonly outcome: 'notRun' | 'canceled';
    readonly why: string;
  }[];
}

function planOf({ configuration, scripts, withdrawn }: AgentWork, now: Date): HandOutPlan {
  const why = 'The script is not meant for the device any more.';
  const ends: HandOutPlan['ends'][number][] = withdrawn.map((run) => ({ run, outcome: 'canceled', why }));
  if (!dutiesOf(configuration).scripts.active) return { open: [], news: [], ends };
  const open: Begin[] = [];
  const news: HandOutPlan['news'][number][] = [];
  let bytes = 0;
  const fits = ({ asset }: DeviceScript) => {
    if (open.length + news.length >= most.scripts || bytes + asset!.size > most.bytes) return false;
    bytes += asset!.size;
    return true;
  };
  for (const script of scripts.toSorted(openFirst)) {
    const { open: run, problem } = script;
    if (problem !== undefined) {
      // What is being run already is reported; what was only asked for ends with the reason.
      if (run && !run.handedAt) ends.push({ run, outcome: 'notRun', why: problem });
    } else if (run?.handedAt) {
      if (fits(script)) open.push({ run, script });
    } else if ((run || isDue(script.script, script.begun, now)) && fits(script)) {
      news.push({ script, asked: run });
    }
  }
  return { open, news, ends };
}

/** Ids are in the order of time. */
function openFirst({ open: left }: DeviceScript, { open: right }: DeviceScript): number {
  if (!left || !right) return Number(!left) - Number(!right);
  return left.id < right.id ? -1 : 1;
}

async function begin(
  context: WriteContext,
  deviceId: Id,
  { open, news, ends }: HandOutPlan,
): Promise<Begin[]> {
  for (const { run, outcome, why } of ends) await closeRun(context, run, outcome, why);
  const begun: Begin[] = [];
  for (const { script, asked } of news) {
    const run = asked ?? (await openRun(context, deviceId, script, { requestedBy: null, handed: true }));
    begun.push({ run, script });
    if (script.script.type === 'onDemand') continue;
    const resetDate = resetDateAfter(script.script, script.begun);
    await noteBegun(context, deviceId, script.script.id, { at: context.now, resetDate });
  }
  const asked = news.flatMap((item) => (item.asked ? [item.asked.id] : []));
  await noteHanded(context, deviceId, asked);
  return [...open, ...begun];
}
