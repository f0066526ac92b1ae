import { Type } from 'typebox';
import { appleCommand } from './command.ts';
import { Arguments, Data, Told } from './shape.ts';

export const Pin = Type.String({ pattern: '^[0-9]{6}$', 'x-takes': 'six digits', description: 'Six digits' });

/**
 * A Mac restarts into a lock that only the PIN opens: whoever loses it has to bring the Mac to Apple. With a version before macOS 11.5, a Mac
 * with Apple silicon is deactivated instead.
 */
export const deviceLock = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/device-lock-command',
  requestType: 'DeviceLock',
  arguments: Arguments({
    PIN: Type.Optional(Pin),
    Message: Type.Optional(Type.String({ maxLength: 500 })),
    PhoneNumber: Type.Optional(Type.String({ maxLength: 64 })),
  }),
  secrets: ['PIN'],
  answer: Told({ MessageResult: Type.String() }),
  systems: {
    macOS: { since: '10.7', notOnUserEnrollment: true, worksWhenLocked: true, needs: ['PIN'] },
    iOS: { since: '4.0', worksWhenLocked: true },
    visionOS: { since: '2.0', worksWhenLocked: true },
    watchOS: { since: '10.0', worksWhenLocked: true },
  },
  repeatable: false,
});

/** The unlock token comes from the device's last `TokenUpdate` that had one. */
export const clearPasscode = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/clear-passcode-command',
  requestType: 'ClearPasscode',
  arguments: Arguments({ UnlockToken: Data({ minLength: 1 }) }),
  secrets: ['UnlockToken'],
  addedByServer: ['UnlockToken'],
  answer: Told({}),
  systems: {
    iOS: { since: '4.0', notOnUserEnrollment: true, worksWhenLocked: true },
    visionOS: { since: '1.1', notOnUserEnrollment: true, worksWhenLocked: true },
    watchOS: { since: '10.0', worksWhenLocked: true },
  },
  repeatable: false,
});
