import type { GraphVersion } from './model/document.ts';

/** What a successful write is answered with; 200 with the object unless it is said otherwise here. */
interface WriteStatus {
  readonly status: 200 | 201 | 204;
  readonly withBody: boolean;
}

const withObject: WriteStatus = { status: 200, withBody: true };
const noContent: WriteStatus = { status: 204, withBody: false };

/**
 * Where the documentation and the service differ, v1.0 answers as documented and beta as the service does, because tools on beta compare
 * the code for equality.
 */
const exceptions: Readonly<Record<string, Partial<Record<GraphVersion, WriteStatus>>>> = {
  'PATCH deviceManagement/deviceConfigurations/{id}': { beta: noContent },
  'PATCH groups/{id}': { 'v1.0': noContent, beta: noContent },
};

const removals: Readonly<Record<string, WriteStatus>> = {
  beta: { status: 200, withBody: false },
};

/** The status of a successful PATCH; `Prefer: return=…` decides where it is sent. */
export function updateStatus(
  template: string,
  version: GraphVersion,
  prefer: ReadonlySet<string>,
): WriteStatus & { readonly applied: string | undefined } {
  if (prefer.has('return=representation')) return { ...withObject, applied: 'return=representation' };
  if (prefer.has('return=minimal')) return { ...noContent, applied: 'return=minimal' };
  return { ...(exceptions[`PATCH ${template}`]?.[version] ?? withObject), applied: undefined };
}

/** The status of a successful DELETE. Directory objects answer 204 in both versions. */
export function removalStatus(template: string, version: GraphVersion): number {
  const isDirectory = template.startsWith('groups');
  return (isDirectory ? undefined : removals[version]?.status) ?? noContent.status;
}
