import type { Json } from '../../../kernel/json.ts';
import type { Setting } from '../setting.ts';
import type { WindowsNodes } from './kind.ts';
import { normaliseLocUri } from './loc-uri.ts';

/** The setting of one Windows node. `title` is what the policy calls it: people know it by that. */
export function windowsNode(nodes: WindowsNodes, path: string, value: Json, title?: string): Setting {
  const { locUri, key } = normaliseLocUri(path);
  const known = nodes(key);
  return {
    platform: 'windows',
    key,
    title: title || (known?.title ?? locUri),
    value,
    combine: known?.combine ?? 'first',
    locUri,
  };
}
