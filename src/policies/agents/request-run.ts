import { auditTargetOfDevice, deviceKey, lockDevice, type Device } from '../../devices/index.ts';
import { invalidInput, notFound } from '../../kernel/fault.ts';
import { hexOfId, type Id } from '../../kernel/id.ts';
import { audit, type WriteContext } from '../../tenancy/index.ts';
import { desiredStateOf, type DocumentReader } from '../desired-state/index.ts';
import { agentWorkOf } from './agent-work.ts';
import type { ScriptRun } from './script-run.ts';
import { openRun } from './script-runs.ts';

/**
 * Asks for a run of a script that is meant for a device, whatever its type. While a run is open it is that one, and nothing more is asked
 * for. Faults: `notFound` (the script is not meant for the device), `invalidInput` (it cannot run, with the reason).
 */
export async function requestScriptRun(
  context: WriteContext,
  { id, platform }: Device,
  scriptId: Id,
  documents: DocumentReader,
): Promise<ScriptRun> {
  const device = await lockDevice(context, platform, deviceKey(hexOfId(id)));
  const { scripts } = await agentWorkOf(context, device, await desiredStateOf(context, id, documents));
  const wanted = scripts.find(({ script }) => script.id === scriptId);
  if (!wanted) throw notFound('Script of this device', hexOfId(scriptId));
  if (wanted.problem !== undefined) throw invalidInput([{ path: 'script', message: wanted.problem }]);
  if (wanted.open) return wanted.open;
  const requestedBy = context.scope.principal.name;
  const run = await openRun(context, id, wanted, { requestedBy, handed: false });
  await audit(context, {
    action: `${platform}.device.runScript`,
    target: auditTargetOfDevice(device),
    before: null,
    after: { scriptRunId: run.id, script: wanted.name },
  });
  return run;
}
