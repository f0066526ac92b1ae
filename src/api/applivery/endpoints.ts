import type { Endpoint } from './endpoint.ts';
import { admxConfigsEndpoints } from './resources/admx-configs.ts';
import { agentReportsEndpoints } from './resources/agent-reports.ts';
import { appleCommandsEndpoints } from './resources/apple-commands.ts';
import { appleDevicesEndpoints } from './resources/apple-devices.ts';
import { appleEnrollmentTokensEndpoints } from './resources/apple-enrollment-tokens.ts';
import { assetsEndpoints } from './resources/assets.ts';
import { automationRulesEndpoints } from './resources/automation-rules.ts';
import { configurationsEndpoints } from './resources/configurations.ts';
import { deviceAudiencesEndpoints } from './resources/device-audiences.ts';
import { devicesEndpoints } from './resources/devices.ts';
import { organizationEndpoints } from './resources/organization.ts';
import { segmentsEndpoints } from './resources/segments.ts';
import { usersEndpoints } from './resources/users.ts';
import { windowsApplicationsEndpoints } from './resources/windows-applications.ts';
import { windowsCommandsEndpoints } from './resources/windows-commands.ts';
import { windowsDeviceAgentEndpoints } from './resources/windows-device-agent.ts';
import { windowsDevicesEndpoints } from './resources/windows-devices.ts';
import { windowsEnrollmentTokensEndpoints } from './resources/windows-enrollment-tokens.ts';
import { windowsEnrollmentTemplatesEndpoints } from './resources/windows-enrollment-templates.ts';
import { windowsPoliciesEndpoints } from './resources/windows-policies.ts';

/** Every operation of the Applivery API. */
export const endpoints: readonly Endpoint[] = [
  ...organizationEndpoints,
  ...segmentsEndpoints,
  ...usersEndpoints,
  ...configurationsEndpoints,
  ...devicesEndpoints,
  ...agentReportsEndpoints,
  ...deviceAudiencesEndpoints,
  ...automationRulesEndpoints,
  ...windowsDevicesEndpoints,
  ...windowsCommandsEndpoints,
  ...windowsDeviceAgentEndpoints,
  ...appleDevicesEndpoints,
  ...appleCommandsEndpoints,
  ...appleEnrollmentTokensEndpoints,
  ...windowsEnrollmentTokensEndpoints,
  ...windowsEnrollmentTemplatesEndpoints,
  ...windowsPoliciesEndpoints,
  ...windowsApplicationsEndpoints,
  ...admxConfigsEndpoints,
  ...assetsEndpoints,
];
