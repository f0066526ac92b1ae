import type { Policy } from '../../../policies/index.ts';

const namespace = 'microsoft.graph.';

/** Where device configurations are, below the version. */
export const configurationsPath = 'deviceManagement/deviceConfigurations';
/** Their declared type. */
export const configurationType = 'microsoft.graph.deviceConfiguration';

/** The full name of a configuration's own type. */
export function typeOfConfiguration({ kind }: Policy): string {
  return namespace + kind;
}

/** The kind of policy that a configuration of this type is. */
export function kindOfConfiguration(type: string): string {
  return type.slice(namespace.length);
}
