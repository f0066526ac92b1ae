import { each, provider, text, unit } from '../declare.ts';

/**
 * Which apps may run, as XML; a group is one piece.
 * @see https://learn.microsoft.com/windows/client-management/mdm/applocker-csp
 */
export const appLocker = provider('AppLocker/ApplicationLaunchRestrictions', {
  '{Grouping}': unit(),
  ...each(
    ['EXE', 'MSI', 'Script', 'StoreApps', 'DLL'].map((kind) => `{Grouping}/${kind}/Policy`),
    text(),
  ),
  ...each(
    ['EXE', 'MSI', 'Script', 'StoreApps', 'DLL'].map((kind) => `{Grouping}/${kind}/EnforcementMode`),
    text(),
  ),
});
