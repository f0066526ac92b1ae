import fc from 'fast-check';

const slot = fc.integer({ min: 0, max: 4 });
/** Which of the devices. */
const who = fc.integer({ min: 0, max: 1 });

/** What a policy of general settings says; in the words of both platforms (see `lifeKinds`). */
const settings = fc.record(
  {
    Required: fc.boolean(),
    MinimumLength: fc.integer({ min: 4, max: 14 }),
    cameraBlocked: fc.boolean(),
    airDropBlocked: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** A profile of somebody's own; two of one name are one profile for devices. */
const profile = fc.record({
  name: fc.constantFrom('a', 'b'),
  mark: fc.integer({ min: 1, max: 3 }),
  /** Else another content has another `PayloadUUID`. */
  keepsUuid: fc.boolean(),
  isForUsers: fc.boolean(),
  /** No device takes it. */
  isWrong: fc.integer({ min: 0, max: 5 }).map((one) => one === 0),
});

const content = fc.record({ settings, profile });
export type Content = typeof content extends fc.Arbitrary<infer T> ? T : never;

/** Most policies are given at once. */
const isAssigned = fc.integer({ min: 0, max: 3 }).map((one) => one > 0);
export const creation = fc.record({ do: fc.constant('create'), slot, content, isAssigned });

const policySteps = [
  { weight: 3, arbitrary: creation },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('patch', 'patchMeanwhile'), slot, content, who }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('assign', 'unassign', 'delete'), slot }) },
] as const;

/** What can fail: what brings and takes policies more often than the rest. */
const requestTypes = [
  ...['InstallProfile', 'RemoveProfile', 'DeclarativeManagement', 'ProfileList'].flatMap((one) => [one, one]),
  'DeviceInformation',
  'SecurityInfo',
  'InstalledApplicationList',
  'CertificateList',
  'RestartDevice',
  'EraseDevice',
];

const networkSteps = [
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail'),
      who,
      requestType: fc.constantFrom(...requestTypes),
      times: fc.integer({ min: 1, max: 6 }),
      isMalformed: fc.integer({ min: 0, max: 4 }).map((one) => one === 0),
    }),
  },
  fc.record({ do: fc.constant('repeat'), who, times: fc.integer({ min: 1, max: 3 }) }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('lose'),
      who,
      what: fc.constantFrom('request' as const, 'answer' as const),
      after: fc.integer({ min: 0, max: 14 }),
    }),
  },
  fc.record({ do: fc.constant('wait'), hours: fc.integer({ min: 1, max: 30 }) }),
] as const;

const deviceSteps = [
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constantFrom('checkIn', 'userCheckIn', 'checkInTogether'), who }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('lock', 'unlock', 'removeProfile', 'removeUserProfile', 'signIn', 'signOut'),
      who,
      user: fc.integer({ min: 0, max: 1 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('order'),
      who,
      action: fc.constantFrom('restart', 'shutDown', 'wipe'),
    }),
  },
  fc.record({ do: fc.constantFrom('enrollAgain', 'checkOut', 'retire'), who }),
  fc.record({ do: fc.constantFrom('update', 'fullReport'), who }),
  fc.record({ do: fc.constant('setUpAnew'), who, isOld: fc.boolean(), isSupervised: fc.boolean() }),
] as const;

/** Something that an administrator does, or somebody who has a device, or the network. */
export const lifeStep = fc.oneof(...policySteps, ...networkSteps, ...deviceSteps);
export type LifeStep = typeof lifeStep extends fc.Arbitrary<infer T> ? T : never;
