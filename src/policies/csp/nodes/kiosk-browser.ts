import { each, number, policyArea, text, toggle } from '../declare.ts';

/**
 * The browser of a kiosk.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-kioskbrowser
 */
export const kioskBrowser = policyArea(
  'KioskBrowser',
  {
    BlockedUrlExceptions: text(),
    BlockedUrls: text(),
    DefaultURL: text(),
    ...each(
      ['EnableEndSessionButton', 'EnableHomeButton', 'EnableNavigationButtons'],
      toggle({ default: 0 }),
    ),
    RestartOnIdleTime: number([1, 1440]),
  },
  'both',
);
