import { below, bool, each, number, order, provider, reported, text } from '../declare.ts';

/**
 * The management itself: how often a device calls, how it is woken, when it gives up.
 * @see https://learn.microsoft.com/windows/client-management/mdm/dmclient-csp
 */
export const dmClient = provider('DMClient', {
  Unenroll: order('chr', { access: 'GX' }),
  ...below(['Provider/{ProviderID}'], {
    Unenroll: order('chr', { access: 'GX' }),
    ...each(
      [
        'AADDeviceID',
        'EnrollmentType',
        'EntDMID',
        'ExchangeID',
        'HWDevID',
        'MaxSyncApplicationVersion',
        'SignedEntDMID',
        'Push/ChannelURI',
      ],
      reported(),
    ),
    'Push/Status': reported('int'),
    ...each(
      [
        'CommercialID',
        'EntDeviceName',
        'HelpEmailAddress',
        'HelpPhoneNumber',
        'HelpWebsite',
        'Push/PFN',
        'SyncApplicationVersion',
      ],
      text(),
    ),
    ...each(
      [
        'Poll/IntervalForFirstSetOfRetries',
        'Poll/IntervalForRemainingScheduledRetries',
        'Poll/IntervalForSecondSetOfRetries',
        'Poll/NumberOfFirstRetries',
        'Poll/NumberOfRemainingScheduledRetries',
        'Poll/NumberOfSecondRetries',
      ],
      number(undefined, { access: 'GR' }),
    ),
    'Poll/AllUsersPollOnFirstLogin': bool({ access: 'AGR' }),
    'Poll/PollOnLogin': bool({ access: 'AGR' }),
    RequireMessageSigning: bool({ default: false }),
    NumberOfDaysAfterLostContactToUnenroll: number(),
    'ConfigRefresh/Enabled': bool({ default: false }),
    'ConfigRefresh/Cadence': number([30, 1440], { default: 90 }),
    'ConfigRefresh/PausePeriod': number([0, 1440], { default: 0 }),
  }),
});
