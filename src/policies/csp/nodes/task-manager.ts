import { allow, policyArea } from '../declare.ts';

/**
 * Whether users may end tasks.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-taskmanager
 */
export const taskManager = policyArea('TaskManager', { AllowEndTask: allow() });
