import { Type } from 'typebox';
import { appleCommand } from './command.ts';
import { Pin } from './lock.ts';
import { Arguments, Data, Told } from './shape.ts';

export const eraseDevice = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/erase-device-command',
  requestType: 'EraseDevice',
  arguments: Arguments({
    PIN: Type.Optional(Pin),
    ObliterationBehavior: Type.Optional(
      Type.Enum(['Default', 'DoNotObliterate', 'ObliterateWithWarning', 'Always']),
    ),
    PreserveDataPlan: Type.Optional(Type.Boolean()),
    DisallowProximitySetup: Type.Optional(Type.Boolean()),
    ReturnToService: Type.Optional(
      Type.Object(
        {
          Enabled: Type.Boolean(),
          WiFiProfileData: Type.Optional(Data({ minLength: 1 })),
          MDMProfileData: Type.Optional(Data({ minLength: 1 })),
        },
        { additionalProperties: false },
      ),
    ),
  }),
  secrets: ['PIN', 'ReturnToService'],
  answer: Told({}),
  systems: {
    macOS: { since: '10.7', notOnUserEnrollment: true, worksWhenLocked: true, needs: ['PIN'] },
    iOS: { since: '4.0', notOnUserEnrollment: true, worksWhenLocked: true },
    tvOS: { since: '10.2', worksWhenLocked: true },
    visionOS: { since: '1.1', notOnUserEnrollment: true, worksWhenLocked: true },
    watchOS: { since: '10.0', worksWhenLocked: true },
  },
  repeatable: false,
});
