import { policyArea, text } from '../declare.ts';

/**
 * The time zone.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-timelanguagesettings
 */
export const timeLanguageSettings = policyArea('TimeLanguageSettings', { ConfigureTimeZone: text() });
