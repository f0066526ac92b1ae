import type { Id } from '../kernel/id.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { Explanation } from './engine/index.ts';

type NotApplied = Explanation['notApplicable'][number];

const listName = 'compliantAppsList';
const typeName = 'compliantAppListType';

/** Whether something of the policies is answered by the apps that a device has. */
export function hasAppList(notApplicable: readonly NotApplied[]): boolean {
  return notApplicable.some(({ property }) => property === listName);
}

/**
 * Adds to each list of apps, which Apple devices are not held to, what is against it on this one. `installed` is the device's own
 * `InstalledApplicationList`; undefined while it has not told.
 *
 * https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-applisttype
 */
export function withInstalledApps(
  notApplicable: readonly NotApplied[],
  installed: JsonObject | undefined,
): NotApplied[] {
  const types = new Map<Id, Json>();
  for (const { property, policy, value } of notApplicable) {
    if (property === typeName) types.set(policy.id, value);
  }
  const apps = installed && appsIn(installed['InstalledApplicationList'] ?? []);
  return notApplicable.map((item) => {
    if (item.property !== listName) return item;
    const verdict = apps
      ? verdictOn(item.value, types.get(item.policy.id), apps)
      : 'The device has not told its apps yet.';
    return verdict === undefined ? item : { ...item, message: `${item.message} ${verdict}` };
  });
}

interface App {
  readonly id: string;
  readonly name: string;
}

function appsIn(list: Json): App[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((app) => {
    const { Identifier: id, Name: name } = app as JsonObject;
    return typeof id === 'string' ? [{ id, name: typeof name === 'string' ? name : id }] : [];
  });
}

function verdictOn(value: Json, type: Json | undefined, installed: readonly App[]): string | undefined {
  const listed = new Set(
    (Array.isArray(value) ? value : []).flatMap((app) => {
      const id = (app as JsonObject)['appId'];
      return typeof id === 'string' ? [id.toLowerCase()] : [];
    }),
  );
  const isListed = ({ id }: App) => listed.has(id.toLowerCase());
  if (type === 'appsNotInListCompliant') return told(installed.filter(isListed), 'that the list prohibits');
  // What came with the system nobody chose.
  const isOwn = ({ id }: App) => !id.startsWith('com.apple.');
  if (type !== 'appsInListCompliant') return undefined;
  return told(
    installed.filter((app) => isOwn(app) && !isListed(app)),
    'that the list does not allow',
  );
}

const namedApps = 10;

function told(apps: readonly App[], what: string): string {
  if (apps.length === 0) return `The device has no app ${what}.`;
  const names = apps.slice(0, namedApps).map(({ name, id }) => `${name} (${id})`);
  const more = apps.length > namedApps ? ` and ${apps.length - namedApps} more` : '';
  return `The device has ${apps.length === 1 ? 'an app' : `${apps.length} apps`} ${what}: ${names.join(', ')}${more}.`;
}
