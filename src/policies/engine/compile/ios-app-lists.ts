import type { JsonObject } from '../../../kernel/json.ts';
import { appleSetting, type AppleKey } from '../apple/keys.ts';
import { objectsOf, textOf } from '../json-values.ts';
import { bundleIds } from './apple-properties.ts';
import { ofItem, undelivered, type Outcome, type Property } from './graph-properties.ts';

const payload = 'com.apple.applicationaccess';

export const appsSingleAppModeList: Property = (apps) => {
  const { ids, missing } = bundleIds(apps);
  const key = `${payload}/autonomousSingleAppModePermittedAppIDs` as const;
  return ids.length === 0 ? missing : [appleSetting(key, ids), ...missing];
};

const visibilityKeys = new Map<string, AppleKey>([
  ['appsInListCompliant', `${payload}/allowListedAppBundleIDs`],
  ['appsNotInListCompliant', `${payload}/blockedAppBundleIDs`],
]);

/** The apps that are shown, or hidden; the type of the list says which. */
export const appsVisibilityList: Property = (apps, document) => {
  const key = visibilityKeys.get(textOf(document['appsVisibilityListType']));
  if (!key) {
    const message =
      "It counts only together with 'appsVisibilityListType': whether its apps are shown or hidden.";
    return [undelivered('needsAnother', message)];
  }
  const { ids, missing } = bundleIds(apps);
  return ids.length === 0 ? missing : [appleSetting(key, ids), ...missing];
};

export const appsVisibilityListType: Property = (value, document) => {
  const list = document['appsVisibilityList'];
  if (value === 'none' || (Array.isArray(list) && list.length > 0)) return [];
  return [undelivered('needsAnother', "It counts only together with 'appsVisibilityList'.")];
};

/** @see https://github.com/apple/device-management/blob/release/mdm/profiles/com.apple.networkusagerules.yaml */
export const networkUsageRules: Property = (rules) => {
  const outcomes: Outcome[] = [];
  const wanted: JsonObject[] = [];
  const items = objectsOf(rules);
  if (!items) return [undelivered('unreadable', 'It must be a list of rules.')];
  for (const [index, rule] of items.entries()) {
    const { ids, missing } = bundleIds(rule['managedApps'] ?? []);
    for (const outcome of missing) outcomes.push(ofItem(outcome, `[${index}].managedApps`, rule));
    if (ids.length > 0) {
      wanted.push({
        AppIdentifierMatches: ids,
        AllowCellularData: rule['cellularDataBlocked'] !== true,
        AllowRoamingCellularData: rule['cellularDataBlockWhenRoaming'] !== true,
      });
    } else if (missing.length === 0) {
      // For Apple a rule without apps is one for all managed apps, which Graph does not say.
      outcomes.push(ofItem(undelivered('needsAnother', 'The rule names no app.'), `[${index}]`, rule));
    }
  }
  return wanted.length === 0
    ? outcomes
    : [appleSetting('com.apple.networkusagerules/ApplicationRules', wanted), ...outcomes];
};
