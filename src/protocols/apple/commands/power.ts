import { Type } from 'typebox';
import { appleCommand } from './command.ts';
import { Arguments, Told } from './shape.ts';

const mac = { since: '10.13', notOnUserEnrollment: true, worksWhenLocked: true } as const;
const iPhone = { since: '10.3', supervised: true, notOnUserEnrollment: true } as const;

/** An iPhone or iPad with a passcode may stay away from its Wi-Fi until somebody unlocks it. */
export const restartDevice = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/restart-device-command',
  requestType: 'RestartDevice',
  arguments: Arguments({
    NotifyUser: Type.Optional(Type.Boolean()),
    RebuildKernelCache: Type.Optional(Type.Boolean()),
    KextPaths: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 1_024 }), { maxItems: 64 })),
  }),
  answer: Told({}),
  systems: { macOS: mac, iOS: iPhone, tvOS: { since: '10.2', supervised: true } },
  repeatable: false,
});

export const shutDownDevice = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/shut-down-device-command',
  requestType: 'ShutDownDevice',
  arguments: Arguments({}),
  answer: Told({}),
  systems: { macOS: mac, iOS: iPhone },
  repeatable: false,
});
