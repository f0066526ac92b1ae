export type {
  ApplicationAction,
  CheckedCommand,
  CommandMaker,
  CommandMakers,
  DeviceAction,
  WipeAction,
} from './device-action.ts';
export { cancelCommands } from './cancel-commands.ts';
export {
  listCommands,
  pageOfCommands,
  queueCommand,
  requireCommand,
  type DeviceCommand,
} from './commands.ts';
export { commandStates } from './tables.ts';
export { latestCommands, readPins } from './latest-commands.ts';
export { removeOldCommands } from './remove-old-commands.ts';
export { newPin } from './new-pin.ts';
export {
  finishCommand,
  keepAnswer,
  lockWaitingCommands,
  markSent,
  putOff,
  type WaitingCommand,
} from './waiting-commands.ts';
export { commandMigrations } from './migrations/index.ts';
