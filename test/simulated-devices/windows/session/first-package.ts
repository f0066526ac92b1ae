import type { Device } from '../state.ts';
import type { ClientCommand } from './messages.ts';

/** What a session begins with: why, who is signed in, what has happened, and what the device is. */
export function firstPackage({ hardware, state }: Device): readonly ClientCommand[] {
  const info = {
    DevId: hardware.deviceId,
    Man: hardware.manufacturer,
    Mod: hardware.model,
    DmV: '1.3',
    Lang: hardware.locale,
  };
  return [
    { kind: 'Alert', code: 1201 },
    { kind: 'Alert', code: 1224, item: { type: 'com.microsoft/MDM/LoginStatus', data: state.signedIn } },
    ...state.alerts.map((item) => ({ kind: 'Alert', code: 1226, item }) as const),
    {
      kind: 'DevInfo',
      items: Object.entries(info).map(([name, data]) => ({ uri: `./DevInfo/${name}`, format: 'chr', data })),
    },
  ];
}

/** Windows 11 counts the commands of a message from 2, Windows 10 from 1. */
export const firstCommandIds = { windows10: 1, windows11: 2 } as const;
