import type { Migration } from '../../database/index.ts';
import { policies } from './0001-policies.ts';
import { targets } from './0002-targets.ts';
import { targetsByKey } from './0003-targets-by-key.ts';
import { secrets } from './0004-secrets.ts';
import { automationRules } from './0005-automation-rules.ts';
import { desiredState } from './0006-desired-state.ts';
import { plans } from './0007-plans.ts';
import { totalCountedLater } from './0008-total-counted-later.ts';
import { enrollmentPolicies } from './0010-enrollment-policies.ts';
import { primaryPolicyOfEnrollment } from './0012-primary-policy-of-enrollment.ts';
import { scriptRuns } from './0020-script-runs.ts';
import { enrollmentTemplates } from './0021-enrollment-templates.ts';
import { delivery } from './0009-delivery.ts';

export const policiesMigrations: readonly Migration[] = [
  policies,
  targets,
  targetsByKey,
  secrets,
  automationRules,
  desiredState,
  plans,
  totalCountedLater,
  delivery,
  enrollmentPolicies,
  primaryPolicyOfEnrollment,
  scriptRuns,
  enrollmentTemplates,
];
