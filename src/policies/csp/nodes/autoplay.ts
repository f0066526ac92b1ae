import { each, groupPolicy, policyArea } from '../declare.ts';

/**
 * What happens when a medium is inserted.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-autoplay
 */
export const autoplay = policyArea(
  'Autoplay',
  each(
    ['DisallowAutoplayForNonVolumeDevices', 'SetDefaultAutoRunBehavior', 'TurnOffAutoPlay'],
    groupPolicy(),
  ),
  'both',
);
