import { each, provider, reported, text } from '../declare.ts';

/**
 * Pictures of the desktop and the lock screen. The device fetches them later.
 * @see https://learn.microsoft.com/windows/client-management/mdm/personalization-csp
 */
export const personalization = provider('Personalization', {
  ...each(['CompanyLogoUrl', 'CompanyName', 'DesktopImageUrl', 'LockScreenImageUrl'], text()),
  ...each(['CompanyLogoStatus', 'DesktopImageStatus', 'LockScreenImageStatus'], reported('int')),
});
