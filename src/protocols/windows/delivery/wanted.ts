import { parseGuidId, type Id } from '../../../kernel/id.ts';
import type { Json, JsonObject } from '../../../kernel/json.ts';
import {
  inapplicability,
  nodeFormat,
  verbsOf,
  whyReserved,
  type Catalogue,
  type CspNode,
  type SentValue,
  type WindowsVersion,
} from '../../../policies/csp/index.ts';
import {
  digestOfValue,
  isSecret,
  normaliseLocUri,
  type ResolvedDocument,
  type ResolvedSetting,
} from '../../../policies/index.ts';
import type { NodeData } from '../dm-command.ts';
import { broughtBy, ingestedFrom } from './admx-files.ts';
import { shortDigest } from './command-ids.ts';
import type { Check, Skipped, Wanted, WantedApplication, WantedItem, WantedNode } from './item.ts';
import { nodeOfPackage, usualArguments, type MsiPackage } from './msi-package.ts';
import { digestOfNode, versionOf } from './node-value.ts';

/** An ADMX file that policies refer to. */
export interface AdmxFile {
  readonly id: Id;
  readonly appName: string;
  /** `Policy` or `Preference`. */
  readonly settingType: string;
  readonly fileName: string;
  /** Of its text. */
  readonly sha256: string;
}

/** A package that an application stands for, or why there is none, for people. */
export type PackageOfApplication =
  | { readonly assetId: Id; readonly name: string; readonly msi: Omit<MsiPackage, 'arguments'> }
  | { readonly reason: string };

/** What it takes to know what a PC shall have. */
export interface WantedSources {
  readonly catalogue: Catalogue;
  readonly version: WindowsVersion;
  readonly admxFiles: ReadonlyMap<Id, AdmxFile>;
  readonly packages: ReadonlyMap<Id, PackageOfApplication>;
}

type Made = WantedNode | WantedApplication | Skipped;

/**
 * What a PC shall have. Each setting that its management protocol can carry is in one item, or is skipped with a reason; what an agent does is
 * in neither. ADMX files come before nodes, nodes in the order of their paths, packages last.
 */
export function wantedOf({ settings }: ResolvedDocument, sources: WantedSources): Wanted {
  const items = new Map<string, WantedNode | WantedApplication>();
  const skipped: Skipped[] = [];
  for (const setting of settings) {
    const made = itemFor(setting, sources);
    if (!made) continue;
    if ('reason' in made) skipped.push(made);
    else if (items.has(made.item)) skipped.push(skip(setting, 'Another setting brings the same.'));
    else items.set(made.item, made);
  }
  return { items: withFiles([...items.values()]).sort(inOrder), skipped };
}

/** What an ADMX file brings goes when the file goes, and is another thing with another file: then it is to be set again. */
function withFiles(items: readonly WantedItem[]): WantedItem[] {
  const files = Map.groupBy(items, broughtBy);
  return items.map((one) => {
    const needed = one.kind === 'node' && one.needs !== undefined ? files.get(one.needs) : undefined;
    if (!needed) return one;
    const versions = needed.map(({ version }) => version).toSorted();
    return { ...one, version: shortDigest(one.version, ...versions) };
  });
}

function inOrder(left: WantedItem, right: WantedItem): number {
  return rankOf(left) - rankOf(right) || (left.item < right.item ? -1 : 1);
}

function rankOf({ kind, locUri }: WantedItem): number {
  if (kind === 'application') return 2;
  return broughtBy({ locUri }) === undefined ? 1 : 0;
}

function itemFor(setting: ResolvedSetting, sources: WantedSources): Made | undefined {
  const { key } = setting;
  if (key.startsWith('./')) return nodeFor(setting, sources);
  const { part, id } = referenceOf(key) ?? {};
  if (part === 'admxConfig') return admxFor(setting, sources.admxFiles.get(id!));
  if (part === 'application') return applicationFor(setting, sources.packages.get(id!));
  return undefined;
}

/** What a setting refers to: an ADMX file or an application. */
export function referenceOf(
  key: string,
): { readonly part: 'admxConfig' | 'application'; readonly id: Id } | undefined {
  const [part, text] = key.split('/');
  const id = parseGuidId(text ?? '');
  return id && (part === 'admxConfig' || part === 'application') ? { part, id } : undefined;
}

function skip({ key, value }: ResolvedSetting, reason: string): Skipped {
  return { item: key, values: { [key]: digestOfValue(value) }, reason };
}

function nodeFor(setting: ResolvedSetting, { catalogue, version }: WantedSources): Made {
  const { key, title, value } = setting;
  const reserved = whyReserved(key, 'policies');
  if (reserved !== undefined) return skip(setting, `Policies do not set this node. ${reserved}`);
  const node = catalogue.find(key);
  const lacking = node && inapplicability(node, version);
  if (lacking !== undefined) return skip(setting, lacking);
  const { set, get, exec } = verbsOf(node);
  const [first, ...others] = set;
  if (first === undefined) {
    return skip(setting, exec ? 'It is an order and no value: give it by a command.' : 'PCs only report it.');
  }
  const content = contentOf(node, value);
  if (!content) return skip(setting, 'It has no value that a node can have.');
  const group = groupOf(catalogue, key);
  const needs = ingestedFrom(key);
  return {
    kind: 'node',
    item: key,
    title,
    locUri: setting.locUri ?? normaliseLocUri(key).locUri,
    version:
      content.kind === 'data'
        ? versionOf(content.value)
        : // The reference is another one for another secret, and tells nothing of it.
          shortDigest('secret', content.format, content.reference),
    values: { [key]: digestOfValue(value) },
    verbs: [first, ...others],
    check: checkOf(content, {
      isReadable: get,
      isKnown: node !== undefined,
      isRewritten: node?.rewritten === true,
      isIngested: needs !== undefined,
      isFile: broughtBy({ locUri: key }) !== undefined,
    }),
    content,
    ...(group !== undefined && { group }),
    ...(needs !== undefined && { needs }),
  };
}

type NodeContent = Extract<WantedNode['content'], { readonly kind: 'data' | 'secret' }>;

function contentOf(node: CspNode | undefined, value: Json): NodeContent | undefined {
  if (isSecret(value)) {
    const { format, secret: reference } = value as { format: string; secret: string };
    return { kind: 'secret', format, reference };
  }
  const sent = nodeFormat(node, value);
  return sent && { kind: 'data', value: nodeData(sent) };
}

/** A value as it travels. */
export function nodeData({ format, data }: SentValue): NodeData {
  return { format, data: data ?? '' };
}

function checkOf(
  content: NodeContent,
  node: {
    readonly isReadable: boolean;
    readonly isKnown: boolean;
    readonly isRewritten: boolean;
    readonly isIngested: boolean;
    readonly isFile: boolean;
  },
): Check {
  const none = (reason: string) => ({ kind: 'none', reason }) as const;
  if (content.kind === 'secret') return none('It is secret, so it is not read back.');
  if (node.isIngested) return none('Windows does not tell what it has of policies of such an ADMX file.');
  if (node.isFile) return none(untoldFile);
  if (!node.isReadable) return none('Windows does not let this node be read.');
  const { isKnown } = node;
  const { format, data } = content.value;
  if (node.isRewritten || format === 'null' || format === 'node') return { kind: 'presence', isKnown };
  return { kind: 'value', format, expected: digestOfNode(format, data), isKnown };
}

/** The node that is to be set in one piece with all below it. */
function groupOf(catalogue: Catalogue, key: string): string | undefined {
  const step = catalogue.wayTo(key).find(({ node }) => node.atomic);
  return step && key.split('/').slice(0, step.segments).join('/');
}

const untoldFile = 'Windows does not tell which ADMX files it has.';
const admxRoot = './Device/Vendor/MSFT/Policy/ConfigOperations/ADMXInstall';

function admxFor(setting: ResolvedSetting, file: AdmxFile | undefined): Made {
  if (!file) return skip(setting, 'The ADMX configuration is not there any more.');
  const path = [file.appName, file.settingType, file.fileName].map(encodeURIComponent).join('/');
  return {
    kind: 'admx',
    item: `admx/${path.toLowerCase()}`,
    title: `ADMX file ${file.fileName}`,
    locUri: `${admxRoot}/${path}`,
    version: shortDigest('admx', file.sha256),
    values: { [setting.key]: digestOfValue(setting.value) },
    verbs: ['Replace', 'Add'],
    check: { kind: 'none', reason: untoldFile },
    content: { kind: 'admx', id: file.id },
  };
}

function applicationFor(setting: ResolvedSetting, found: PackageOfApplication | undefined): Made {
  const { action, configuration } = setting.value as { action?: string; configuration?: JsonObject };
  if (!found) return skip(setting, 'The application is not there any more.');
  if ('reason' in found) return skip(setting, found.reason);
  if (action === 'available') {
    return skip(setting, 'It is offered and not installed by force; only an agent on the PC can offer it.');
  }
  const { assetId, name, msi } = found;
  const given = configuration?.['arguments'];
  const full = { ...msi, arguments: typeof given === 'string' ? given : usualArguments };
  return {
    kind: 'application',
    item: `${setting.key}/${msi.productCode.toLowerCase()}`,
    title: name,
    locUri: `${nodeOfPackage(msi)}/DownloadInstall`,
    version: shortDigest('msi', full.productCode, full.sha256, full.arguments),
    values: { [setting.key]: digestOfValue(setting.value) },
    check: { kind: 'installation' },
    assetId,
    package: full,
  };
}
