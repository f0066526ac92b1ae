import type { CspNode } from '../node.ts';
import { aboveLock } from './above-lock.ts';
import { accountPolicies } from './account-policies.ts';
import { accounts } from './accounts.ts';
import { admxInstall } from './admx-install.ts';
import { anyPolicy } from './any-policy.ts';
import { appLocker } from './app-locker.ts';
import { applicationManagement } from './application-management.ts';
import { assignedAccess } from './assigned-access.ts';
import { authentication } from './authentication.ts';
import { autoplay } from './autoplay.ts';
import { bitLocker } from './bitlocker.ts';
import { bluetooth } from './bluetooth.ts';
import { browser } from './browser.ts';
import { camera } from './camera.ts';
import { certificates } from './certificates.ts';
import { clientCertificates } from './client-certificates.ts';
import { connectivity } from './connectivity.ts';
import { controlPolicyConflict } from './control-policy-conflict.ts';
import { credentialProviders } from './credential-providers.ts';
import { defender } from './defender.ts';
import { defenderPolicies } from './defender-policies.ts';
import { deliveryOptimization } from './delivery-optimization.ts';
import { devDetail } from './dev-detail.ts';
import { devInfo } from './dev-info.ts';
import { deviceGuard } from './device-guard.ts';
import { deviceInstallation } from './device-installation.ts';
import { deviceLock } from './device-lock.ts';
import { deviceManageability } from './device-manageability.ts';
import { deviceStatus } from './device-status.ts';
import { directMemoryAccess } from './direct-memory-access.ts';
import { dmClient } from './dm-client.ts';
import { enterpriseApps } from './enterprise-apps.ts';
import { experience } from './experience.ts';
import { exploitGuard } from './exploit-guard.ts';
import { firewall } from './firewall.ts';
import { inkWorkspace } from './ink-workspace.ts';
import { kioskBrowser } from './kiosk-browser.ts';
import { laps } from './laps.ts';
import { localSecurityOptions } from './local-security-options.ts';
import { localUsersAndGroups } from './local-users-and-groups.ts';
import { lockDown } from './lock-down.ts';
import { networkIsolation } from './network-isolation.ts';
import { networkProxy } from './network-proxy.ts';
import { nodeCache } from './node-cache.ts';
import { notifications } from './notifications.ts';
import { passportForWork } from './passport-for-work.ts';
import { personalization } from './personalization.ts';
import { power } from './power.ts';
import { privacy } from './privacy.ts';
import { remoteAccess } from './remote-access.ts';
import { remoteActions } from './remote-actions.ts';
import { search } from './search.ts';
import { security } from './security.ts';
import { securityCenter } from './security-center.ts';
import { settingsApp } from './settings-app.ts';
import { sharedPc } from './shared-pc.ts';
import { smartScreen } from './smart-screen.ts';
import { start } from './start.ts';
import { storage } from './storage.ts';
import { system } from './system.ts';
import { systemServices } from './system-services.ts';
import { taskManager } from './task-manager.ts';
import { tenantLockdown } from './tenant-lockdown.ts';
import { timeLanguageSettings } from './time-language-settings.ts';
import { update } from './update.ts';
import { userRights } from './user-rights.ts';
import { virtualization } from './virtualization.ts';
import { vpn } from './vpn.ts';
import { wifi } from './wifi.ts';
import { wifiPolicies } from './wifi-policies.ts';
import { windowsAi } from './windows-ai.ts';
import { windowsLicensing } from './windows-licensing.ts';
import { windowsLogon } from './windows-logon.ts';
import { wirelessDisplay } from './wireless-display.ts';

/** The nodes that Muster brings, written from Microsoft's documentation: one line for each service provider or area of policies. */
export const builtInNodes: readonly CspNode[] = [
  aboveLock,
  accountPolicies,
  accounts,
  admxInstall,
  anyPolicy,
  appLocker,
  applicationManagement,
  assignedAccess,
  authentication,
  autoplay,
  bitLocker,
  bluetooth,
  browser,
  camera,
  certificates,
  clientCertificates,
  connectivity,
  controlPolicyConflict,
  credentialProviders,
  defender,
  defenderPolicies,
  deliveryOptimization,
  devDetail,
  devInfo,
  deviceGuard,
  deviceInstallation,
  deviceLock,
  deviceManageability,
  deviceStatus,
  directMemoryAccess,
  dmClient,
  enterpriseApps,
  experience,
  exploitGuard,
  firewall,
  inkWorkspace,
  kioskBrowser,
  laps,
  localSecurityOptions,
  localUsersAndGroups,
  lockDown,
  networkIsolation,
  networkProxy,
  nodeCache,
  notifications,
  passportForWork,
  personalization,
  power,
  privacy,
  remoteAccess,
  remoteActions,
  search,
  security,
  securityCenter,
  settingsApp,
  sharedPc,
  smartScreen,
  start,
  storage,
  system,
  systemServices,
  taskManager,
  tenantLockdown,
  timeLanguageSettings,
  update,
  userRights,
  virtualization,
  vpn,
  wifi,
  wifiPolicies,
  windowsAi,
  windowsLicensing,
  windowsLogon,
  wirelessDisplay,
].flat();
