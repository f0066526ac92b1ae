import type { JsonObject } from '../kernel/json.ts';
import type { WantedSetting } from './csp/index.ts';
import { omaValueOf } from './engine/index.ts';
import { isMasked } from './oma-secrets.ts';

/** What the OMA settings of a document want of Windows nodes. One that is read from devices alone wants nothing. */
export function wantedByOmaSettings(document: JsonObject): WantedSetting[] {
  const settings = (document['omaSettings'] ?? []) as JsonObject[];
  return settings.flatMap((setting, index) => {
    const uri = setting['omaUri'];
    if (typeof uri !== 'string' || setting['isReadOnly'] === true) return [];
    const value = isMasked(setting) ? undefined : omaValueOf(setting);
    return [{ place: `omaSettings[${index}].value`, uri, value }];
  });
}
