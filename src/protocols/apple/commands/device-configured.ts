import { appleCommand } from './command.ts';
import { Arguments, Told } from './shape.ts';

/** Lets a device go on that waits in Setup Assistant (`AwaitingConfiguration`). */
export const deviceConfigured = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/device-configured-command',
  requestType: 'DeviceConfigured',
  arguments: Arguments({}),
  answer: Told({}),
  systems: {
    macOS: { since: '10.11', notOnUserEnrollment: true },
    iOS: { since: '9.0', supervised: true, notOnUserEnrollment: true },
    tvOS: { since: '10.2', supervised: true },
    visionOS: { since: '2.0', supervised: true, notOnUserEnrollment: true },
  },
  repeatable: true,
});
