export { askForInfo } from './ask-for-info.ts';
export { contactOf } from './contact.ts';
export { cutOff } from './cut-off.ts';
export { giveCommand } from './give-command.ts';
export { channelOf } from './require-enrolled.ts';
export { retireDevice } from './retire-device.ts';
export { syncDevice } from './sync-device.ts';
