import { compileProperties } from './graph-properties.ts';
import type { CompiledKind } from './kind.ts';
import { rawProfileProperties } from './raw-profile.ts';

/** @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-ioscustomconfiguration */
export const iosCustomConfiguration: CompiledKind = {
  kind: 'iosCustomConfiguration',
  systems: ['iOS'],
  compile: (document, context) => compileProperties(rawProfileProperties, document, context),
};
