import { Type, type Static } from 'typebox';
import { deviceNotFound, deviceKey, scriptTypes, type Device } from '../../../devices/index.ts';
import {
  agentConfigurationIn,
  agentWorkOf,
  dutiesOf,
  requireScriptRun,
  summariesOfScripts,
  type DeviceScript,
  type RunOutcome,
} from '../../../policies/agents/index.ts';
import { desiredStateOf } from '../../../policies/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import type { GatheredReads } from '../gathered-reads.ts';
import { hex, HexId, idOf, Timestamp } from '../shapes.ts';
import { WindowsDevicePath } from './windows-device-path.ts';

const tag = 'Windows devices';
const device = '/mdm/windows/enterprise/devices/{winDeviceId}';

const Seconds = Type.Integer({ minimum: 0, description: 'Seconds' });
const Active = Type.Boolean({ description: 'Whether the agent tells it' });
const Asset = Type.Object({ id: HexId('Asset of type script') });

const ScheduledScript = Type.Object({
  id: HexId('Asset of type script'),
  type: Type.Enum([...scriptTypes]),
  loopTime: Type.Optional(Type.Number({ description: 'Minutes between two runs of a loop' })),
  resetDate: Type.Optional(Timestamp('It runs again when this changes')),
  name: Type.String(),
  description: Type.Optional(Type.String()),
  arguments: Type.Optional(Type.String()),
});

function scheduledOf({ script, name, asset }: DeviceScript): Static<typeof ScheduledScript> {
  const { id, type, loopTime, resetDate, arguments: list } = script;
  return {
    id: hex(id),
    type,
    ...(loopTime !== undefined && { loopTime }),
    ...(resetDate !== undefined && { resetDate }),
    name,
    ...(asset?.description != null && { description: asset.description }),
    ...(list !== undefined && { arguments: list }),
  };
}

/** What the agents of this server do not report. */
const notReported = { active: false };

function statusOf(outcome: RunOutcome | null): 'pending' | 'success' | 'error' {
  if (outcome === null) return 'pending';
  return outcome === 'succeeded' ? 'success' : 'error';
}

async function stateOf(read: ReadContext, { id }: Device) {
  return desiredStateOf(read, id);
}

async function requireWindowsDevice(
  { gathered, read }: { readonly gathered: GatheredReads; readonly read: ReadContext },
  text: string,
): Promise<Device> {
  const key = deviceKey(text);
  const found = await gathered.windowsDevices.read(read.scope, key);
  if (!found) throw deviceNotFound('windows', key);
  return found.device;
}

/** https://docs.applivery.com/en/api/ > Windows > Windows Devices */
export const windowsDeviceAgentEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: `${device}/agent-config`,
    summary: 'Get what the agent of a Windows device is told to do',
    tag,
    permission: 'windows.device.read',
    path: WindowsDevicePath,
    data: Type.Object({
      config: Type.Object({ checkInterval: Seconds, allowRefreshAction: Type.Boolean() }),
      configAssets: Type.Object({ checkInterval: Seconds }),
      windows: Type.Object({
        location: Type.Object({ active: Active, refreshInterval: Seconds }),
        networkStatus: Type.Object({ active: Active, refreshInterval: Seconds }),
        scripts: Type.Object({ active: Type.Boolean(), checkInterval: Seconds }),
        applicationsTime: Type.Object({ active: Active }),
        applicationsTransfer: Type.Object({ active: Active }),
      }),
    }),
    async handle({ path, gathered, read }) {
      const state = await stateOf(read, await requireWindowsDevice({ gathered, read }, path.winDeviceId));
      const duties = dutiesOf(agentConfigurationIn(state?.document));
      const { checkInterval, location, networkStatus, scripts } = duties;
      return {
        data: {
          config: { checkInterval, allowRefreshAction: false },
          configAssets: { checkInterval },
          windows: {
            location,
            networkStatus,
            scripts: { ...scripts, checkInterval },
            applicationsTime: notReported,
            applicationsTransfer: notReported,
          },
        },
      };
    },
  }),
  endpoint({
    method: 'GET',
    url: `${device}/scheduler-scripts`,
    summary: 'List the scripts that are meant for a Windows device',
    tag,
    permission: 'windows.device.read',
    path: WindowsDevicePath,
    data: Type.Array(ScheduledScript),
    async handle({ path, gathered, read }) {
      const found = await requireWindowsDevice({ gathered, read }, path.winDeviceId);
      const { scripts } = await agentWorkOf(read, found, await stateOf(read, found));
      return {
        data: scripts.map(scheduledOf),
      };
    },
  }),
  endpoint({
    method: 'GET',
    url: `${device}/script-logs/summary`,
    summary: 'List the scripts that ever ran on a Windows device',
    description: 'The `id` of an item is that of the last run.',
    tag,
    permission: 'windows.device.read',
    path: WindowsDevicePath,
    data: Type.Array(
      Type.Object({
        id: HexId('Last run'),
        mdmAsset: Asset,
        status: Type.Object({ success: Type.Integer(), error: Type.Integer() }, { description: 'How often' }),
        lastDate: Timestamp('When the last result came'),
      }),
    ),
    async handle({ path, gathered, read }) {
      const { id } = await requireWindowsDevice({ gathered, read }, path.winDeviceId);
      const summaries = await summariesOfScripts(read, id);
      return {
        data: summaries.map(({ scriptId, lastRunId, successes, errors, lastAt }) => ({
          id: hex(lastRunId),
          mdmAsset: { id: hex(scriptId) },
          status: { success: successes, error: errors },
          lastDate: lastAt.toISOString(),
        })),
      };
    },
  }),
  endpoint({
    method: 'GET',
    url: `${device}/script-logs/{logId}`,
    summary: 'Get one run of a script on a Windows device',
    tag,
    permission: 'windows.device.read',
    path: Type.Object({ ...WindowsDevicePath.properties, logId: HexId('Run') }),
    data: Type.Object({
      id: HexId('Run'),
      mdmAsset: Asset,
      status: Type.Enum(['pending', 'success', 'error']),
      summary: Type.String({ description: 'What came of it, for people' }),
      log: Type.String({ description: 'What it wrote' }),
      logError: Type.String({ description: 'What it wrote as errors' }),
      createdAt: Timestamp('When it began'),
      updatedAt: Timestamp('When its result came, or it began'),
    }),
    async handle({ path, gathered, read }) {
      const { id } = await requireWindowsDevice({ gathered, read }, path.winDeviceId);
      const run = await requireScriptRun(read, id, idOf(path.logId, 'Script log'));
      const { outcome, error, createdAt, finishedAt } = run;
      const status = statusOf(outcome);
      return {
        data: {
          id: hex(run.id),
          mdmAsset: { id: hex(run.scriptId) },
          status,
          summary: error ?? (status === 'pending' ? 'Its result has not come yet.' : 'It ran.'),
          log: run.stdout,
          logError: run.stderr,
          createdAt: createdAt.toISOString(),
          updatedAt: (finishedAt ?? createdAt).toISOString(),
        },
      };
    },
  }),
];
