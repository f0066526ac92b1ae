import { Type } from 'typebox';
import { appleCommand } from './command.ts';
import { Arguments, Data, Told } from './shape.ts';

/** Turns declarative management on, which cannot be turned off again, or tells that there are other declarations. `Data` is what `tokens` answers. */
export const declarativeManagement = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/declarative-management-command',
  requestType: 'DeclarativeManagement',
  arguments: Arguments({ Data: Type.Optional(Data()) }),
  answer: Told({}),
  systems: {
    macOS: { since: '13.0', userChannel: true },
    iOS: { since: '15.0', userChannel: true },
    tvOS: { since: '16.0' },
    visionOS: { since: '1.1' },
    watchOS: { since: '10.0' },
  },
  repeatable: true,
});
