import { Type } from 'typebox';
import { appleCommand } from './command.ts';
import { Arguments, Told } from './shape.ts';

const names = Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 1_000 });

/** Macs list the apps that came with the system, too, and some of theirs have no `Identifier`. */
export const installedApplicationList = appleCommand({
  page: 'https://developer.apple.com/documentation/devicemanagement/installed-application-list-command',
  requestType: 'InstalledApplicationList',
  arguments: Arguments({
    Identifiers: Type.Optional(names),
    ManagedAppsOnly: Type.Optional(Type.Boolean()),
    Items: Type.Optional(names),
  }),
  answer: Told({
    InstalledApplicationList: Type.Array(
      Told({
        Identifier: Type.String(),
        Name: Type.String(),
        Version: Type.String(),
        ShortVersion: Type.String(),
        BundleSize: Type.Integer(),
        DynamicSize: Type.Integer(),
        ExternalVersionIdentifier: Type.Integer(),
        DistributorIdentifier: Type.String(),
        IsValidated: Type.Boolean(),
        Installing: Type.Boolean(),
        AppStoreVendable: Type.Boolean(),
        DeviceBasedVPP: Type.Boolean(),
        BetaApp: Type.Boolean(),
        AdHocCodeSigned: Type.Boolean(),
        HasUpdateAvailable: Type.Boolean(),
        DownloadFailed: Type.Boolean(),
        DownloadWaiting: Type.Boolean(),
        DownloadPaused: Type.Boolean(),
        DownloadCancelled: Type.Boolean(),
        IsAppClip: Type.Boolean(),
        Source: Type.String(),
      }),
    ),
  }),
  inventory: 'applications',
  systems: {
    macOS: { since: '10.7', userChannel: true, notOnUserEnrollment: true },
    iOS: { since: '5.0', worksWhenLocked: true },
    tvOS: { since: '10.2' },
    visionOS: { since: '1.1' },
    watchOS: { since: '10.0' },
  },
  repeatable: true,
});
