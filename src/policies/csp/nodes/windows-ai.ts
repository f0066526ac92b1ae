import { allow, policyArea, restrict } from '../declare.ts';

/**
 * What Windows does by artificial intelligence.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-windowsai
 */
export const windowsAi = [
  ...policyArea('WindowsAI', { DisableAIDataAnalysis: restrict() }, 'both'),
  ...policyArea('WindowsAI', { TurnOffWindowsCopilot: restrict() }, 'user'),
  ...policyArea('NewsAndInterests', { AllowNewsAndInterests: allow() }),
];
