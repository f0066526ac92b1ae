import { allow, choice, days, each, number, policyArea, text, toggle } from '../declare.ts';

/**
 * Microsoft Defender Antivirus, as the Policy CSP has it. Here the stricter value is the one that protects.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-defender
 */
export const defenderPolicies = policyArea('Defender', {
  ...each(
    [
      'AllowArchiveScanning',
      'AllowBehaviorMonitoring',
      'AllowCloudProtection',
      'AllowFullScanRemovableDriveScanning',
      'AllowIOAVProtection',
      'AllowOnAccessProtection',
      'AllowRealtimeMonitoring',
      'AllowScriptScanning',
    ],
    allow({ combine: 'larger' }),
  ),
  ...each(
    ['AllowEmailScanning', 'AllowFullScanOnMappedNetworkDrives', 'AllowScanningNetworkFiles'],
    allow({ default: 0, combine: 'larger' }),
  ),
  AllowUserUIAccess: choice({ 0: 'Not allowed', 1: 'Allowed' }, { default: 1 }),
  AttackSurfaceReductionOnlyExclusions: text({ delimiter: '|' }),
  AttackSurfaceReductionRules: text({ delimiter: '|' }),
  AvgCPULoadFactor: number([0, 100], { default: 50 }),
  CheckForSignaturesBeforeRunningScan: toggle({ default: 0, combine: 'larger' }),
  CloudBlockLevel: choice({ 0: 'Default', 2: 'High', 4: 'High plus', 6: 'Zero tolerance' }, { default: 0 }),
  CloudExtendedTimeout: number([0, 50], { default: 0 }),
  ...each(
    [
      'ControlledFolderAccessAllowedApplications',
      'ControlledFolderAccessProtectedFolders',
      'ExcludedExtensions',
      'ExcludedPaths',
      'ExcludedProcesses',
      'SignatureUpdateFallbackOrder',
      'SignatureUpdateFileSharesSources',
      'ThreatSeverityDefaultAction',
    ],
    text({ delimiter: '|' }),
  ),
  DaysToRetainCleanedMalware: number([0, 90], { default: 0 }),
  DisableCatchupFullScan: toggle({ default: 1 }),
  DisableCatchupQuickScan: toggle({ default: 1 }),
  EnableControlledFolderAccess: choice(
    {
      0: 'Disabled',
      1: 'Enabled',
      2: 'Audit',
      3: 'Block changes of disks only',
      4: 'Audit changes of disks only',
    },
    { default: 0 },
  ),
  EnableLowCPUPriority: toggle({ default: 0 }),
  EnableNetworkProtection: choice({ 0: 'Disabled', 1: 'Block', 2: 'Audit' }, { default: 0 }),
  PUAProtection: choice({ 0: 'Off', 1: 'On', 2: 'Audit' }, { default: 0 }),
  RealTimeScanDirection: choice({ 0: 'Both', 1: 'Incoming', 2: 'Outgoing' }, { default: 0 }),
  ScanParameter: choice({ 1: 'Quick scan', 2: 'Full scan' }, { default: 1 }),
  ScheduleQuickScanTime: number([0, 1380]),
  ScheduleScanDay: choice({ ...days, 8: 'No scheduled scan' }, { default: 0 }),
  ScheduleScanTime: number([0, 1380], { default: 120 }),
  SecurityIntelligenceLocation: text(),
  SignatureUpdateInterval: number([0, 24], { default: 8 }),
  SubmitSamplesConsent: choice(
    { 0: 'Always ask', 1: 'Send safe samples', 2: 'Never send', 3: 'Send all samples' },
    { default: 1 },
  ),
});
