import { syncDeclarations } from '../declarations.ts';
import { mdmFailure } from '../failures.ts';
import { erase } from '../fresh-state.ts';
import { dataIn, textIn, type PlistDict } from '../plist.ts';
import type { Device } from '../state.ts';
import { rights, type KnownCommand } from './command.ts';

/** https://developer.apple.com/documentation/devicemanagement/device-lock-command */
export const deviceLock: KnownCommand = {
  requestType: 'DeviceLock',
  isOrder: true,
  needs: rights.lock,
  worksWhenLocked: true,
  run(device, _channel, command) {
    const pin = requirePin(device, command);
    const message = textIn(command, 'Message');
    const phoneNumber = textIn(command, 'PhoneNumber');
    const lock = () => {
      device.state.isLocked = true;
      device.state.lock = {
        ...(pin !== undefined && { pin }),
        ...(message !== undefined && { message }),
        ...(phoneNumber !== undefined && { phoneNumber }),
      };
    };
    // A Mac restarts into a screen that wants the PIN, and manages nothing until then.
    if (device.hardware.kind === 'mac') return { afterwards: lock, endsExchange: true };
    lock();
    const hasMessage = message !== undefined || phoneNumber !== undefined;
    return { content: hasMessage ? { MessageResult: 'Success' } : {} };
  },
};

/** https://developer.apple.com/documentation/devicemanagement/erase-device-command */
export const eraseDevice: KnownCommand = {
  requestType: 'EraseDevice',
  isOrder: true,
  needs: rights.erase,
  worksWhenLocked: true,
  run(device, _channel, command) {
    requirePin(device, command);
    return { afterwards: () => erase(device), endsExchange: true };
  },
};

/** A Mac wants six digits; another device needs none. */
function requirePin({ hardware }: Device, command: PlistDict): string | undefined {
  const pin = textIn(command, 'PIN');
  if (hardware.kind === 'mac' && !/^[0-9]{6}$/.test(pin ?? '')) {
    throw mdmFailure(12_008, 'The PIN must be six digits.');
  }
  return pin;
}

/** https://developer.apple.com/documentation/devicemanagement/restart-device-command */
export const restartDevice: KnownCommand = {
  requestType: 'RestartDevice',
  isOrder: true,
  needs: rights.lock,
  worksWhenLocked: true,
  run({ state }) {
    return {
      afterwards: () => {
        state.restarts += 1;
      },
      endsExchange: true,
    };
  },
};

/** https://developer.apple.com/documentation/devicemanagement/shut-down-device-command */
export const shutDownDevice: KnownCommand = {
  requestType: 'ShutDownDevice',
  isOrder: true,
  needs: rights.lock,
  worksWhenLocked: true,
  run({ state }) {
    return {
      afterwards: () => {
        state.isPoweredOn = false;
      },
      endsExchange: true,
    };
  },
};

/** https://developer.apple.com/documentation/devicemanagement/device-configured-command */
export const deviceConfigured: KnownCommand = {
  requestType: 'DeviceConfigured',
  needs: 0,
  run({ state }) {
    state.awaitsConfiguration = false;
    return {};
  },
};

/** https://developer.apple.com/documentation/devicemanagement/declarative-management-command */
export const declarativeManagement: KnownCommand = {
  requestType: 'DeclarativeManagement',
  needs: 0,
  isForUsers: true,
  run(device, channel, command) {
    channel.declarations.isEnabled = true;
    const tokens = dataIn(command, 'Data');
    return { afterwards: () => syncDeclarations(device, channel, tokens) };
  },
};
