import { expect, test } from 'vitest';
import type { DeviceAction } from '../../../devices/commands/index.ts';
import type { Device } from '../../../devices/index.ts';
import { Fault } from '../../../kernel/fault.ts';
import { windowsCommands } from './command-maker.ts';
import { windowsActions } from './commands.ts';

const pc = { platform: 'windows' } as Device;
const maker = windowsCommands();
const exec = (locUri: string, data = '', format = 'chr') => ({
  verb: 'Exec',
  locUri: `./Device/Vendor/MSFT/${locUri}`,
  value: { format, data },
});
const reboot = exec('Reboot/RebootNow', '', 'null');
const setName = (data: string) => ({
  verb: 'Replace',
  locUri: './DevDetail/Ext/Microsoft/DNSComputerName',
  value: { format: 'chr', data },
});

test.each<[DeviceAction, string, object[]]>([
  [{ kind: 'wipe' }, 'RemoteWipe', [exec('RemoteWipe/doWipe')]],
  [{ kind: 'wipe', pin: '123456' }, 'RemoteWipe', [exec('RemoteWipe/doWipe')]],
  [{ kind: 'wipe', isProtected: true }, 'RemoteWipe', [exec('RemoteWipe/doWipeProtected')]],
  [{ kind: 'wipe', keep: 'userData' }, 'RemoteWipe', [exec('RemoteWipe/doWipePersistUserData')]],
  [{ kind: 'wipe', keep: 'provisioning' }, 'RemoteWipe', [exec('RemoteWipe/doWipePersistProvisionedData')]],
  [{ kind: 'wipe', fromCloud: true }, 'RemoteWipe', [exec('RemoteWipe/doWipeCloud')]],
  [
    { kind: 'wipe', fromCloud: true, keep: 'userData' },
    'RemoteWipe',
    [exec('RemoteWipe/doWipeCloudPersistUserData')],
  ],
  [
    { kind: 'wipe', fromCloud: true, keep: 'provisioning' },
    'RemoteWipe',
    [exec('RemoteWipe/doWipeCloudPersistProvisionedData')],
  ],
  [{ kind: 'restart' }, 'RebootNow', [reboot]],
  [{ kind: 'rename', name: 'PC-1' }, 'DNSComputerName', [setName('PC-1'), reboot]],
  [{ kind: 'rename', name: 'P%RAND:3%' }, 'DNSComputerName', [setName('P%RAND:3%'), reboot]],
  [{ kind: 'cleanInstall', keepUserData: true }, 'CleanPC', [exec('CleanPC/CleanPCRetainingUserData')]],
  [
    { kind: 'cleanInstall', keepUserData: false },
    'CleanPC',
    [exec('CleanPC/CleanPCWithoutRetainingUserData')],
  ],
  [
    { kind: 'resetForNextUser' },
    'AutomaticRedeployment',
    [exec('RemoteWipe/AutomaticRedeployment/doAutomaticRedeployment')],
  ],
  [{ kind: 'scanForMalware', quick: true }, 'DefenderScan', [exec('Defender/Scan', '1')]],
  [{ kind: 'scanForMalware', quick: false }, 'DefenderScan', [exec('Defender/Scan', '2')]],
  [{ kind: 'updateMalwareSignatures' }, 'DefenderUpdateSignature', [exec('Defender/UpdateSignature')]],
  [{ kind: 'rotateRecoveryKeys' }, 'RotateRecoveryPasswords', [exec('BitLocker/RotateRecoveryPasswords')]],
  [{ kind: 'rotateAdminPassword' }, 'LapsResetPassword', [exec('LAPS/Actions/ResetPassword', '', 'null')]],
])('%j is %s', (action, type, commands) => {
  const made = maker.ofAction(pc, action);
  expect(made).toEqual({ type, body: { commands }, ...(action.kind === 'wipe' && { isUrgent: true }) });
});

const refusalOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    if (error instanceof Fault) return [error.code, error.violations?.[0]?.path, error.message] as const;
    throw error;
  }
  return undefined;
};

test.each<[DeviceAction, string, RegExp]>([
  [{ kind: 'lock' }, 'lock', /cannot be locked/],
  [{ kind: 'shutDown' }, 'shutDown', /cannot be shut down/],
  [{ kind: 'wipe', keepDataPlan: true }, 'keepDataPlan', /eSIM/],
  [{ kind: 'wipe', isProtected: true, keep: 'userData' }, 'isProtected', /keeps nothing/],
  [{ kind: 'wipe', isProtected: true, fromCloud: true }, 'isProtected', /cloud/],
  [{ kind: 'rename', name: '' }, 'name', /letters/],
  [{ kind: 'rename', name: '12345' }, 'name', /digits alone/],
  [{ kind: 'rename', name: 'a b' }, 'name', /letters/],
  [{ kind: 'rename', name: 'PC_1' }, 'name', /letters/],
  [{ kind: 'rename', name: '%RAND:x%' }, 'name', /letters/],
  [{ kind: 'rename', name: 'a'.repeat(64) }, 'name', /63/],
])('%j is refused', (action, path, message) => {
  const refusal = refusalOf(() => maker.ofAction(pc, action));
  expect(refusal?.slice(0, 2)).toEqual(['invalidInput', path]);
  expect(refusal?.[2]).toMatch(message);
});

test('each action is declared under its own name', () => {
  for (const [kind, command] of Object.entries(windowsActions)) {
    if ('kind' in command) expect(command.kind).toBe(kind);
  }
});
