import { allow, policyArea } from '../declare.ts';

/**
 * The camera.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-csp-camera
 */
export const camera = policyArea('Camera', { AllowCamera: allow() });
