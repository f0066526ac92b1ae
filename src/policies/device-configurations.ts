import { wantedByOmaSettings } from './oma-settings.ts';
import { sealOmaSettings } from './oma-secrets.ts';
import type { PolicyFamily } from './policy.ts';

/**
 * Microsoft Graph's device configurations. A kind is the name of the Graph type without its namespace; the document holds the type's
 * properties under their Graph names, of the version that knows most.
 */
export const deviceConfigurations: PolicyFamily = {
  kinds: [
    'iosCustomConfiguration',
    'iosGeneralDeviceConfiguration',
    'macOSCustomConfiguration',
    'macOSGeneralDeviceConfiguration',
    'windows10CustomConfiguration',
  ],
  area: 'deviceConfiguration',
  noun: 'Device configuration',
  spell: (id) => id,
  read: (stored) => stored,
  wantedNodes: wantedByOmaSettings,
  seal: sealOmaSettings,
};
