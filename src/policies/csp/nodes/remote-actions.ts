import { each, order, provider, reported, text } from '../declare.ts';

/**
 * What a device can be told: to erase itself, to restart, to lock.
 * @see https://learn.microsoft.com/windows/client-management/mdm/remotewipe-csp
 */
export const remoteActions = [
  ...provider('RemoteWipe', {
    ...each(
      [
        'doWipe',
        'doWipeCloud',
        'doWipeCloudPersistProvisionedData',
        'doWipeCloudPersistUserData',
        'doWipePersistProvisionedData',
        'doWipePersistUserData',
        'doWipeProtected',
        'AutomaticRedeployment/doAutomaticRedeployment',
      ],
      order('chr', { access: 'GX' }),
    ),
    'AutomaticRedeployment/LastError': reported('int'),
    'AutomaticRedeployment/Status': reported('int'),
  }),
  ...provider('Reboot', {
    RebootNow: order('null', { access: 'GX' }),
    ...each(['Schedule/DailyRecurrent', 'Schedule/Single', 'Schedule/WeeklyRecurrent'], text()),
  }),
  ...provider('RemoteLock', { Lock: order() }),
  ...provider('CleanPC', each(['CleanPCRetainingUserData', 'CleanPCWithoutRetainingUserData'], order())),
];
