import { choice, each, groupPolicy, number, policyArea } from '../declare.ts';

/**
 * When a PC sleeps, and what its buttons do.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-power
 */
export const power = policyArea('Power', {
  ...each(
    [
      'AllowStandbyStatesWhenSleepingOnBattery',
      'AllowStandbyWhenSleepingPluggedIn',
      'DisplayOffTimeoutOnBattery',
      'DisplayOffTimeoutPluggedIn',
      'HibernateTimeoutOnBattery',
      'HibernateTimeoutPluggedIn',
      'RequirePasswordWhenComputerWakesOnBattery',
      'RequirePasswordWhenComputerWakesPluggedIn',
      'StandbyTimeoutOnBattery',
      'StandbyTimeoutPluggedIn',
    ],
    groupPolicy(),
  ),
  ...each(['EnergySaverBatteryThresholdOnBattery', 'EnergySaverBatteryThresholdPluggedIn'], number([0, 100])),
  ...each(
    [
      'SelectLidCloseActionOnBattery',
      'SelectLidCloseActionPluggedIn',
      'SelectPowerButtonActionOnBattery',
      'SelectPowerButtonActionPluggedIn',
      'SelectSleepButtonActionOnBattery',
      'SelectSleepButtonActionPluggedIn',
    ],
    choice({ 0: 'Nothing', 1: 'Sleep', 2: 'Hibernate', 3: 'Shut down' }, { default: 1 }),
  ),
  ...each(['TurnOffHybridSleepOnBattery', 'TurnOffHybridSleepPluggedIn'], number([0, 1])),
  ...each(['UnattendedSleepTimeoutOnBattery', 'UnattendedSleepTimeoutPluggedIn'], number()),
});
