import { Type, type Static } from 'typebox';
import type { AdmxConfig } from '../../../policies/index.ts';
import { hex, HexId } from '../shapes.ts';

const Text = (maxLength: number, description: string) => Type.String({ maxLength, description });

export const admxConfigFields = {
  appName: Text(256, 'Application that the template is for, such as Microsoft Edge'),
  settingType: Text(256, 'Group of settings that the template is about, such as Privacy'),
  fileName: Text(256, 'Such as edge.admx'),
};

/** How policies tell of an ADMX configuration that they refer to. */
export const AdmxConfigInfo = Type.Object({
  id: HexId('ADMX configuration'),
  ...admxConfigFields,
  description: Type.Optional(Text(1024, 'Description')),
});

export function admxConfigInfoOf({
  id,
  appName,
  settingType,
  fileName,
  description,
}: AdmxConfig): Static<typeof AdmxConfigInfo> {
  return {
    id: hex(id),
    appName,
    settingType,
    fileName,
    ...(description !== null && { description }),
  };
}
