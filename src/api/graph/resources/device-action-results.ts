import { latestCommands, readPins, type DeviceCommand } from '../../../devices/commands/index.ts';
import { devicesByIds } from '../../../devices/index.ts';
import type { FoundDevice } from '../../../devices/search/index.ts';
import type { Id } from '../../../kernel/id.ts';
import type { Properties } from '../payload/read.ts';
import type { RouteRequest } from '../route.ts';

/** The actions that are commands of the platforms, by the name of the command. */
const actionNames: Readonly<Record<string, string>> = {
  DeviceLock: 'remoteLock',
  EraseDevice: 'wipe',
  RestartDevice: 'rebootNow',
  ShutDownDevice: 'shutDown',
  ClearPasscode: 'resetPasscode',
  RemoteWipe: 'wipe',
  RebootNow: 'rebootNow',
  DNSComputerName: 'setDeviceName',
  CleanPC: 'cleanWindowsDevice',
  DefenderScan: 'windowsDefenderScan',
  DefenderUpdateSignature: 'windowsDefenderUpdateSignatures',
  RotateRecoveryPasswords: 'rotateBitLockerKeys',
  LapsResetPassword: 'rotateLocalAdminPassword',
};

/** https://learn.microsoft.com/graph/api/resources/intune-devices-actionstate */
const actionStates = {
  queued: 'pending',
  sent: 'active',
  notNow: 'pending',
  acknowledged: 'done',
  error: 'failed',
  formatError: 'notSupported',
  canceled: 'canceled',
} as const satisfies Record<DeviceCommand['state'], string>;

type Device = Pick<FoundDevice<never>, 'id' | 'state' | 'stateHistory'>;

/** The newest result of each action that administrators had done to each of these devices, in one statement, without PINs. */
export async function actionResults(
  { read }: Pick<RouteRequest, 'read'>,
  devices: readonly Device[],
): Promise<Properties[][]> {
  const commands = await latestOf(read, devices);
  return devices.map((device) => resultsOf(device, commands.get(device.id) ?? [], new Map()));
}

/**
 * As `actionResults` of one device, with the PINs of a locked or erased Mac, which whoever may give such commands needs to unlock it, and of
 * which the audit log tells who read them. For others they stay null.
 */
export async function actionResultsWithPins(request: RouteRequest, device: Device): Promise<Properties[]> {
  const commands = (await latestOf(request.read, [device])).get(device.id) ?? [];
  const ids = commands
    .filter(({ type }) => type === 'DeviceLock' || type === 'EraseDevice')
    .map(({ id }) => id);
  const maySee = request.read.scope.principal.permissions.has('apple.device.command');
  if (!maySee || ids.length === 0) return resultsOf(device, commands, new Map());
  const pins = await request.change(async (context) => {
    const whole = (await devicesByIds(context, [device.id])).get(device.id);
    return whole && readPins(context, whole, ids);
  });
  return resultsOf(device, commands, pins ?? new Map());
}

function latestOf(context: RouteRequest['read'], devices: readonly Device[]) {
  return latestCommands(
    context,
    devices.map(({ id }) => id),
    Object.keys(actionNames),
  );
}

function resultsOf(
  device: Device,
  commands: readonly DeviceCommand[],
  pins: ReadonlyMap<Id, string>,
): Properties[] {
  const results = commands
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((command) => resultOf(command, pins.get(command.id)));
  return [...results, ...retirement(device)];
}

function resultOf(command: DeviceCommand, pin: string | undefined): Properties {
  const { type, state, createdAt, sentAt, notNow, finishedAt } = command;
  const result = {
    actionName: actionNames[type],
    actionState: actionStates[state],
    startDateTime: createdAt,
    lastUpdatedDateTime: finishedAt ?? notNow?.since ?? sentAt ?? createdAt,
  };
  // Graph has a PIN in the result of a lock alone; that of an erased Mac is told by the same type.
  if (type !== 'DeviceLock' && pin === undefined) return result;
  return { '@odata.type': '#microsoft.graph.remoteLockActionResult', ...result, unlockPin: pin ?? null };
}

/** A device that has left is no managed device any more, so that this one only ever waits. */
function retirement({ state, stateHistory }: Device): Properties[] {
  const asked = stateHistory.findLast((entry) => entry.state === 'DELETE_REQUESTED');
  if (state !== 'DELETE_REQUESTED' || !asked) return [];
  const { date } = asked;
  return [{ actionName: 'retire', actionState: 'pending', startDateTime: date, lastUpdatedDateTime: date }];
}
