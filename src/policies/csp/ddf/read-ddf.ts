import { Fault } from '../../../kernel/fault.ts';
import { conflictResolutions } from '../../engine/index.ts';
import { nodeFormats, type CspNode, type NodeFormat, type Verb } from '../node.ts';
import { allowedValues } from './allowed.ts';
import { child, children, readElement, textOf, type Element } from './element.ts';

const microsoft = 'http://schemas.microsoft.com/MobileDevice/DM';

/**
 * The nodes that a DDF v2 file describes. What it has and is not known is skipped; descriptions are not kept. Faults: `malformedBody`.
 * @see https://learn.microsoft.com/windows/client-management/mdm/configuration-service-provider-ddf
 */
export function readDdf(bytes: Uint8Array): CspNode[] {
  const root = readElement(bytes);
  if (root.name !== 'MgmtTree') {
    throw new Fault('malformedBody', `It is no DDF file: its root is <${root.name}> and not <MgmtTree>.`);
  }
  const reading: Reading = { prefix: prefixOf(root), nodes: [] };
  for (const node of children(root, 'Node')) readNode(reading, node, pathOfRoot(node), {});
  return reading.nodes;
}

interface Reading {
  /** What stands before the names of Microsoft's elements, with the colon. */
  readonly prefix: string;
  readonly nodes: CspNode[];
}

function prefixOf({ attributes }: Element): string {
  const declared = Object.entries(attributes).find(([, value]) => value === microsoft)?.[0];
  return declared?.startsWith('xmlns:') ? `${declared.slice('xmlns:'.length)}:` : 'MSFT:';
}

/** Microsoft writes `./Vendor/MSFT` for what is below `./Device`, and once a slash at the end. */
function pathOfRoot(node: Element): string {
  const path = (textOf(node, 'Path') ?? '.').replace(/\/+$/, '');
  if (path !== '.' && !path.startsWith('./')) {
    throw new Fault('malformedBody', 'A node of the DDF file has a path that does not begin with a dot.');
  }
  return path.replace(/^\.\/Vendor(?=\/|$)/i, './Device/Vendor');
}

type Inherited = Pick<CspNode, 'builds' | 'editions'>;

function readNode(reading: Reading, element: Element, parent: string, inherited: Inherited): void {
  const properties = child(element, 'DFProperties');
  const path = `${parent}/${segmentOf(element, properties)}`;
  const inner = children(element, 'Node');
  const applicability = { ...inherited, ...applicabilityOf(reading, properties) };
  reading.nodes.push({
    path,
    ...factsOf(reading, properties, { path, holdsOthers: inner.length > 0 }),
    ...applicability,
  });
  for (const node of inner) readNode(reading, node, path, applicability);
}

/** A name that is empty is free; what it stands for is the node's title. */
function segmentOf(element: Element, properties: Element | undefined): string {
  const name = textOf(element, 'NodeName') ?? `{${textOf(properties, 'DFTitle') ?? 'Name'}}`;
  if (/^\{.*\}$/s.test(name)) return `{${name.slice(1, -1).replaceAll(/[/{}]/g, ' ')}}`;
  if (name.includes('/')) {
    throw new Fault('malformedBody', 'A node of the DDF file has a name with a slash in it.');
  }
  return name;
}

function factsOf(
  { prefix }: Reading,
  properties: Element | undefined,
  { path, holdsOthers }: { readonly path: string; readonly holdsOthers: boolean },
): Omit<CspNode, 'path' | 'builds' | 'editions'> {
  const format = formatOf(properties) ?? (holdsOthers ? 'node' : 'chr');
  const values = child(properties, `${prefix}AllowedValues`);
  const preset = child(properties, 'DefaultValue')?.text.trim();
  const combine = combineRuleOf(textOf(properties, `${prefix}ConflictResolution`));
  const reboot = rebootOf(textOf(properties, `${prefix}RebootBehavior`));
  const named = path.endsWith('}')
    ? namedBy(child(properties, `${prefix}DynamicNodeNaming`), prefix)
    : undefined;
  const title = titleOf(child(properties, `${prefix}GpMapping`));
  return {
    format,
    access: accessOf(properties),
    ...(title !== undefined && { title }),
    ...allowedValues(values, prefix, format),
    ...(preset !== undefined && (preset !== '' || format === 'chr') && { default: preset }),
    ...(combine && { combine }),
    ...(child(properties, `${prefix}AtomicRequired`) && { atomic: true }),
    ...(reboot && { reboot }),
    ...(child(properties, `${prefix}Deprecated`) && { deprecated: true }),
    ...(named && { named }),
  };
}

function formatOf(properties: Element | undefined): NodeFormat | undefined {
  const name = child(properties, 'DFFormat')?.children[0]?.name;
  return nodeFormats.find((format) => format === name);
}

const verbs: readonly Verb[] = ['Add', 'Delete', 'Get', 'Replace', 'Exec'];

function accessOf(properties: Element | undefined): Verb[] {
  const access = child(properties, 'AccessType');
  return verbs.filter((verb) => child(access, verb));
}

function combineRuleOf(text: string | undefined): CspNode['combine'] {
  return text !== undefined && Object.hasOwn(conflictResolutions, text)
    ? conflictResolutions[text as keyof typeof conflictResolutions]
    : undefined;
}

function rebootOf(text: string | undefined): CspNode['reboot'] {
  if (text === 'Automatic') return 'automatic';
  return text === 'ServerInitiated' ? 'serverInitiated' : undefined;
}

function namedBy(naming: Element | undefined, prefix: string): CspNode['named'] {
  const name = naming?.children[0]?.name;
  if (name === `${prefix}ClientInventory`) return 'byDevice';
  const byServer = [`${prefix}UniqueName`, `${prefix}ServerGeneratedUniqueIdentifier`];
  return name !== undefined && byServer.includes(name) ? 'byServer' : undefined;
}

/** What the group policy that a node is made of is called, if that is words and not a name again. */
function titleOf(mapping: Element | undefined): string | undefined {
  const name = mapping?.attributes['GpEnglishName']?.trim();
  return name?.includes(' ') ? name : undefined;
}

function applicabilityOf({ prefix }: Reading, properties: Element | undefined): Inherited {
  const applicability = child(properties, `${prefix}Applicability`);
  const builds = listed(textOf(applicability, `${prefix}OsBuildVersion`), /[,;]/);
  const editions = listed(textOf(applicability, `${prefix}EditionAllowList`), /[;,]/)
    .map((text) => Number(text.replace(/\*$/, '')))
    .filter((edition) => Number.isInteger(edition));
  return { ...(builds.length > 0 && { builds }), ...(editions.length > 0 && { editions }) };
}

function listed(text: string | undefined, separator: RegExp): string[] {
  return (text ?? '')
    .split(separator)
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
