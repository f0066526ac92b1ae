import type { Endpoint } from './endpoint.ts';
import { applicationEndpoints } from './resources/applications.ts';
import { auditEventEndpoints } from './resources/audit-events.ts';
import { deviceAgentEndpoints } from './resources/device-agents.ts';
import { deviceCommandEndpoints } from './resources/device-commands.ts';
import { deviceInventoryEndpoints } from './resources/device-inventory.ts';
import { deviceScriptEndpoints } from './resources/device-scripts.ts';
import { deviceEndpoints } from './resources/devices.ts';
import { effectivePolicyEndpoints } from './resources/effective-policy.ts';
import { enrollmentEndpoints } from './resources/enrollments.ts';
import { groupEndpoints } from './resources/groups.ts';
import { organizationEndpoints } from './resources/organization.ts';
import { planEndpoints } from './resources/plans.ts';
import { policyEndpoints } from './resources/policies.ts';
import { recalculationEndpoints } from './resources/recalculations.ts';
import { tokenEndpoints } from './resources/tokens.ts';
import { windowsEnrollmentEndpoints } from './resources/windows-enrollment.ts';

/** Every operation of Muster's own API. */
export const endpoints: readonly Endpoint[] = [
  ...organizationEndpoints,
  ...tokenEndpoints,
  ...applicationEndpoints,
  ...groupEndpoints,
  ...deviceEndpoints,
  ...deviceCommandEndpoints,
  ...deviceInventoryEndpoints,
  ...deviceAgentEndpoints,
  ...deviceScriptEndpoints,
  ...enrollmentEndpoints,
  ...windowsEnrollmentEndpoints,
  ...effectivePolicyEndpoints,
  ...policyEndpoints,
  ...recalculationEndpoints,
  ...planEndpoints,
  ...auditEventEndpoints,
];
