import { compileProperties } from './graph-properties.ts';
import type { CompiledKind } from './kind.ts';
import { deploymentChannel, rawProfileProperties } from './raw-profile.ts';

/** @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-macoscustomconfiguration?view=graph-rest-beta */
export const macOSCustomConfiguration: CompiledKind = {
  kind: 'macOSCustomConfiguration',
  systems: ['macOS'],
  compile: (document, context) =>
    compileProperties({ ...rawProfileProperties, deploymentChannel }, document, context),
};
