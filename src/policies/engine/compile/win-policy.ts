import type { Json, JsonObject } from '../../../kernel/json.ts';
import type { WindowsPolicyDocument } from '../../windows-policy.ts';
import { isObject, membersOf, objectsOf, textOf } from '../json-values.ts';
import type { NotApplicable, Setting } from '../setting.ts';
import type { CompiledKind, WindowsNodes } from './kind.ts';
import { windowsNode } from './windows-node.ts';

/** The settings of one part of a document; undefined when it is not what the part should be. */
type Part = (part: Json, nodes: WindowsNodes) => Setting[] | undefined;

/** @see https://docs.applivery.com/en/api/ Windows policies */
const parts: Readonly<Record<keyof WindowsPolicyDocument, Part>> = {
  config: map((path, value, nodes) => ({ ...windowsNode(nodes, path, value), written: path })),
  applications: list('application', 'Application', ({ winApplicationId }) => winApplicationId),
  scripts: list('script', 'Script', ({ id }) => id),
  admxConfigs: list('admxConfig', 'ADMX configuration', ({ winAdmxConfigId }) => winAdmxConfigId),
  assets: list('asset', 'Asset', ({ mdmAssetId }) => mdmAssetId),
  bookmarks: list('bookmark', 'Bookmark', ({ url, title }) => url ?? `title ${textOf(title)}`),
  agentConfiguration: map((name, value) => setting(`agentConfiguration/${name}`, `Agent: ${name}`, value)),
};

export const winPolicy: CompiledKind = {
  kind: 'winPolicy',
  systems: ['windows'],
  compile(document, { nodes }) {
    const settings: Setting[] = [];
    const notApplicable: NotApplicable[] = [];
    for (const [property, settingsOf] of Object.entries(parts)) {
      const value = document[property];
      if (value === undefined) continue;
      const found = settingsOf(value, nodes);
      if (found) settings.push(...found);
      else
        notApplicable.push({
          property,
          value,
          reason: 'unreadable',
          message: 'It is not in the form of the part.',
        });
    }
    for (const [property, value] of membersOf(document)) {
      if (Object.hasOwn(parts, property)) continue;
      const message = `This version does not know the part '${property}' of a Windows policy.`;
      notApplicable.push({ property, value, reason: 'unknown', message });
    }
    return { settings, notApplicable };
  },
};

function map(settingOf: (name: string, value: Json, nodes: WindowsNodes) => Setting): Part {
  return (part, nodes) =>
    isObject(part) ? membersOf(part).map(([name, value]) => settingOf(name, value, nodes)) : undefined;
}

/** One setting per item, known by its id, so that several policies' lists resolve to their union. */
function list(prefix: string, title: string, idOf: (item: JsonObject) => Json | undefined): Part {
  return (part) =>
    objectsOf(part)?.map((item) => {
      const id = textOf(idOf(item));
      return setting(`${prefix}/${id}`, `${title} ${id}`, item);
    });
}

function setting(key: string, title: string, value: Json): Setting {
  return { platform: 'windows', key, title, value, combine: 'first' };
}
