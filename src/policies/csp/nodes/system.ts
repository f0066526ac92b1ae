import { allow, choice, groupPolicy, number, policyArea, text, toggle } from '../declare.ts';

/**
 * Diagnostic data, preview builds, location and storage cards.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-system
 */
export const system = [
  ...policyArea('System', {
    AllowBuildPreview: choice({ 0: 'Not allowed', 1: 'Allowed', 2: 'The user decides' }, { default: 2 }),
    AllowCommercialDataPipeline: toggle({ default: 0 }),
    AllowDeviceNameInDiagnosticData: allow({ default: 0 }),
    AllowEmbeddedMode: allow({ default: 0 }),
    AllowExperimentation: number([0, 2]),
    AllowFontProviders: allow(),
    AllowLocation: choice({ 0: 'Off', 1: 'The user decides', 2: 'On' }, { default: 1, combine: 'smaller' }),
    AllowStorageCard: allow(),
    AllowUserToResetPhone: allow(),
    BootStartDriverInitialization: groupPolicy(),
    ConfigureTelemetryOptInChangeNotification: toggle({ default: 0 }),
    ConfigureTelemetryOptInSettingsUx: toggle({ default: 0 }),
    DisableDeviceDelete: toggle({ default: 0 }),
    DisableDiagnosticDataViewer: toggle({ default: 0 }),
    DisableEnterpriseAuthProxy: toggle({ default: 0 }),
    DisableOneDriveFileSync: toggle({ default: 0 }),
    DisableSystemRestore: groupPolicy(),
    FeedbackHubAlwaysSaveDiagnosticsLocally: toggle({ default: 0 }),
    LimitDiagnosticLogCollection: toggle({ default: 0 }),
    LimitDumpCollection: toggle({ default: 0 }),
    LimitEnhancedDiagnosticDataWindowsAnalytics: number([0, 1]),
    TelemetryProxy: text(),
    TurnOffFileHistory: toggle({ default: 0 }),
  }),
  ...policyArea(
    'System',
    {
      AllowTelemetry: choice(
        { 0: 'Off (security data alone)', 1: 'Required', 2: 'Enhanced', 3: 'Optional' },
        { default: 1, combine: 'smaller' },
      ),
    },
    'both',
  ),
];
