import { Type } from 'typebox';
import { appleCommand, everySystem } from './command.ts';
import { Arguments, Data, Told } from './shape.ts';

const systems = { ...everySystem, iOS: { ...everySystem.iOS, userChannel: true } } as const;

/** A profile with the identifier of an installed one takes its place. */
export const installProfile = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/install-profile-command',
  requestType: 'InstallProfile',
  arguments: Arguments({ Payload: Data({ minLength: 4, maxLength: 8 * 1_024 * 1_024 }) }),
  answer: Told({}),
  systems,
  repeatable: true,
});

/** Removing the profile by which a device is enrolled ends its management. */
export const removeProfile = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/remove-profile-command',
  requestType: 'RemoveProfile',
  arguments: Arguments({ Identifier: Type.String({ minLength: 1, maxLength: 512 }) }),
  answer: Told({}),
  systems,
  repeatable: true,
});

export const profileList = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/profile-list-command',
  requestType: 'ProfileList',
  arguments: Arguments({ ManagedOnly: Type.Optional(Type.Boolean()) }),
  answer: Told({
    ProfileList: Type.Array(
      Told({
        PayloadIdentifier: Type.String(),
        PayloadUUID: Type.String(),
        PayloadVersion: Type.Integer(),
        PayloadDisplayName: Type.String(),
        PayloadOrganization: Type.String(),
        PayloadDescription: Type.String(),
        PayloadRemovalDisallowed: Type.Boolean(),
        HasRemovalPasscode: Type.Boolean(),
        IsEncrypted: Type.Boolean(),
        IsManaged: Type.Boolean(),
        Source: Type.String(),
        PayloadContent: Type.Array(
          Told({
            PayloadType: Type.String(),
            PayloadIdentifier: Type.String(),
            PayloadUUID: Type.String(),
            PayloadVersion: Type.Integer(),
            PayloadDisplayName: Type.String(),
          }),
        ),
      }),
    ),
  }),
  inventory: 'profiles',
  systems: { ...systems, iOS: { ...systems.iOS, worksWhenLocked: true } },
  repeatable: true,
});
