import { readXml, type XmlElement } from '../../xml/read-xml.ts';
import { subtree, type NodeStore } from '../store.ts';

/** A policy that came with an ADMX file. */
export interface IngestedPolicy {
  /** `{AppName}~{SettingsType}~{categories}`, from the outermost. */
  readonly area: string;
  readonly name: string;
  readonly scopes: readonly ('Device' | 'User')[];
  /** Ids of what must be given where it is enabled. */
  readonly elements: readonly string[];
}

interface AdmxPolicy {
  readonly categories: readonly string[];
  readonly name: string;
  readonly scopes: IngestedPolicy['scopes'];
  readonly elements: readonly string[];
}

const scopesOf: Readonly<Record<string, IngestedPolicy['scopes']>> = {
  Machine: ['Device'],
  User: ['User'],
  Both: ['Device', 'User'],
};

/** The policies of an ADMX file; undefined where it is none. */
export function readAdmx(text: string): readonly AdmxPolicy[] | undefined {
  let root: XmlElement;
  try {
    root = readXml(text.replace(/^\ufeff/, '').trim(), 'the ADMX file', { takesCdata: true });
  } catch {
    return undefined;
  }
  if (root.name !== 'policyDefinitions') return undefined;
  const inside = (name: string) =>
    root.children.filter((child) => child.name === name).flatMap(({ children }) => children);
  const parents = new Map(
    inside('categories').map((category) => [category.attributes['name'] ?? '', parentOf(category)]),
  );
  const pathTo = (category: string | undefined): readonly string[] =>
    category === undefined || !parents.has(category) ? [] : [...pathTo(parents.get(category)), category];
  return inside('policies').map((policy) => ({
    name: policy.attributes['name'] ?? '',
    scopes: scopesOf[policy.attributes['class'] ?? ''] ?? [],
    categories: pathTo(parentOf(policy)),
    elements: policy.children
      .filter(({ name }) => name === 'elements')
      .flatMap(({ children }) => children.map(({ attributes }) => attributes['id'] ?? '')),
  }));
}

/** Without the prefix of its namespace. */
function parentOf({ children }: XmlElement): string | undefined {
  return children.find(({ name }) => name === 'parentCategory')?.attributes['ref']?.replace(/^.*:/, '');
}

export function ingestedPolicies(store: NodeStore): readonly IngestedPolicy[] {
  const files = subtree(store, ['Device', 'Vendor', 'MSFT', 'Policy', 'ConfigOperations', 'ADMXInstall']);
  return files.flatMap(({ segments, data }) =>
    (readAdmx(data) ?? []).map(({ categories, name, scopes, elements }) => ({
      area: [segments[6], segments[7], ...categories].join('~'),
      name,
      scopes,
      elements,
    })),
  );
}

/** Whether a value leaves out an element that the policy has. */
export function elementMissing({ elements }: IngestedPolicy, data: string): boolean {
  let root: XmlElement;
  try {
    root = readXml(`<value>${data}</value>`, 'the value', { takesCdata: true });
  } catch {
    return true;
  }
  const [state] = root.children;
  if (state?.name === 'disabled') return false;
  const given = new Set(
    root.children.filter(({ name }) => name === 'data').map(({ attributes }) => attributes['id']),
  );
  return state?.name !== 'enabled' || elements.some((element) => !given.has(element));
}
