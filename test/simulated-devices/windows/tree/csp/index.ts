import { ruleTree, type RuleTree } from '../rules.ts';
import { actionRules } from './actions.ts';
import { applicationRules } from './applications.ts';
import { factRules } from './facts.ts';
import { managementRules } from './management.ts';
import { policies } from './policy.ts';
import { settingRules } from './settings.ts';

/** The nodes that every PC has. */
export const standardNodes: RuleTree = ruleTree([
  ...factRules,
  ...policies,
  ...settingRules,
  ...managementRules,
  ...actionRules,
  ...applicationRules,
]);
