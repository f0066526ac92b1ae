import { addGroupMembers, groupMembersByIds } from '../../../devices/index.ts';
import { groupsByIds } from '../../../directory/index.ts';
import { parseGuidId, type Id } from '../../../kernel/id.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { directoryObjectNotFound } from '../errors.ts';
import { quoted, refuse } from '../violation.ts';

/** A URL that names a directory object, with the place of the body where it stands. */
export interface Reference {
  readonly url: string;
  readonly path: string;
}

const referenceShape =
  /^(?:https?:\/\/[^/?#]+)?\/*(?:(?:v1\.0|beta)\/+)?(directoryObjects|users|devices|groups)(?:\/+([^/?#()']+)|\('([^/?#()']+)'\))\/*$/i;

/**
 * Adds what URLs name to a group that the caller has locked: all of it or nothing. Faults: `invalidInput` (what names no object, or a
 * group, or is named twice, or is a member already), `notFound`.
 */
export async function addReferences(
  context: WriteContext,
  groupId: Id,
  references: readonly Reference[],
): Promise<void> {
  const named = references.map(readReference);
  const ids = named.map(({ id }) => id);
  const [members, groups] = await Promise.all([groupMembersByIds(context, ids), groupsByIds(context, ids)]);
  for (const [index, { id, collection, path }] of named.entries()) {
    const member = members.get(id);
    const found = member ? `${member.kind}s` : groups.has(id) ? 'groups' : undefined;
    if (found === undefined || (collection !== 'directoryobjects' && collection !== found)) {
      throw directoryObjectNotFound(id, path);
    }
    if (!member) {
      throw refuse(path, `The group '${id}' cannot be a member of a group here: add its members instead.`);
    }
    if (ids.indexOf(id) !== index) {
      throw refuse(path, `The object '${id}' can only be present once as an added member.`);
    }
  }
  const added = await addGroupMembers(context, groupId, ids);
  const present = named.find(({ id }) => !added.includes(id));
  if (present) {
    const already = 'One or more added object references already exist for the following modified properties';
    throw refuse(present.path, `${already}: 'members'.`);
  }
}

function readReference({ url, path }: Reference): { id: Id; collection: string; path: string } {
  const [, collection, segment, key] = referenceShape.exec(url) ?? [];
  const text = segment ?? key;
  if (collection === undefined || text === undefined) {
    const example = "'https://{host}/v1.0/directoryObjects/{id}'";
    throw refuse(
      path,
      `'${path}' must be the URL of a directory object such as ${example}, not ${quoted(url)}.`,
    );
  }
  const id = parseGuidId(text);
  if (!id) throw directoryObjectNotFound(text.slice(0, 64), path);
  return { id, collection: collection.toLowerCase(), path };
}
