import { refuseInUse } from '../database/index.ts';
import { requireRevision, revised } from '../kernel/etag.ts';
import { invalidInput, notFound } from '../kernel/fault.ts';
import { audit, type Organization, type ReadContext, type WriteContext } from '../tenancy/index.ts';
import {
  deepestSegment,
  heightOf,
  idsBelow,
  pathToRoot,
  rootId,
  treeBelow,
  type Tree,
} from './segment-tree.ts';
import { directoryTables, type SegmentRow } from './tables.ts';

/** What an administrator says of a segment. */
interface SegmentContent {
  readonly name: string;
  readonly icon: string | null;
  readonly color: string | null;
  /** 0 is the root. */
  readonly parentId: number;
}

/**
 * A part of the organization with devices and administrators of its own: a region, a department, a shop. Segments are a tree. The root
 * has id 0, bears the organization's name and is always there; in columns that name a segment, null stands for it.
 */
export interface Segment extends Omit<SegmentContent, 'parentId'> {
  /** An integer, counted per organization and never given twice. */
  readonly id: number;
  /** Null for the root alone. */
  readonly parentId: number | null;
  readonly revision: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A segment that is a row: any but the root. */
type StoredSegment = Segment & { readonly parentId: number };

type NewSegment = Partial<SegmentContent> & Pick<SegmentContent, 'name'>;

/** The largest value that the column of ids can have. */
const largestInteger = 2 ** 31 - 1;

/** Faults: `invalidInput` (a parent that does not exist, too deep a tree). */
export async function createSegment(context: WriteContext, input: NewSegment): Promise<Segment> {
  const { db, scope, now } = context;
  const id = await lockTree(context, { newIds: 1 });
  const segment: StoredSegment = {
    id,
    parentId: input.parentId ?? rootId,
    name: input.name,
    icon: input.icon ?? null,
    color: input.color ?? null,
    revision: 1,
    createdAt: now,
    updatedAt: now,
  };
  refusePlace(await loadSegments(context), segment);
  await directoryTables(db)
    .insertInto('directory_segment')
    .values({
      organization_id: scope.organization.id,
      id,
      ...columnsOf(segment),
      revision: segment.revision,
      created_at: now,
      updated_at: now,
    })
    .execute();
  await audit(context, {
    action: 'segment.create',
    target: { type: 'segment', id: String(id), name: segment.name },
    before: null,
    after: segment,
  });
  return segment;
}

/** The segment with everything below it, children in the order of their ids. Faults: `notFound`. */
export async function readSegmentTree(context: ReadContext, id: number): Promise<Tree<Segment>> {
  const segments = await loadSegments(context);
  const top =
    id === rootId ? rootOf(context.scope.organization) : segments.find((segment) => segment.id === id);
  if (!top) throw notFound('Segment', String(id));
  return { node: top, children: treeBelow(segments, id) };
}

/** Faults: `notFound`. */
export async function requireSegment({ db, scope }: ReadContext, id: number): Promise<Segment> {
  if (id === rootId) return rootOf(scope.organization);
  if (id > largestInteger) throw notFound('Segment', String(id));
  const row = await directoryTables(db)
    .selectFrom('directory_segment')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('Segment', String(id));
  return segmentOfRow(row);
}

/** The segment's id with those of all segments above it, or of all below it. Faults: `notFound`. */
export async function expandSegment(
  context: ReadContext,
  id: number,
  to: 'ancestors' | 'children',
): Promise<number[]> {
  const segments = await loadSegments(context);
  if (id !== rootId && !segments.some((segment) => segment.id === id)) throw notFound('Segment', String(id));
  return to === 'ancestors' ? pathToRoot(segments, id) : idsBelow(segments, id);
}

/**
 * Renames or moves a segment: changes what `changes` names and leaves the rest. Faults: `notFound`, `preconditionFailed`, `invalidInput`
 * (the root, a parent that does not exist or lies below the segment itself, too deep a tree).
 */
export async function updateSegment(
  context: WriteContext,
  id: number,
  changes: Partial<SegmentContent>,
  ifMatch?: readonly number[],
): Promise<Segment> {
  const { db, scope, now } = context;
  refuseRoot(id, 'changed');
  await lockTree(context, { newIds: 0 });
  const segments = await loadSegments(context);
  const before = find(segments, id, ifMatch);
  const { name, icon, color, parentId } = { ...before, ...changes };
  const changed = revised(before, { name, icon, color, parentId }, now);
  if (changed === before) return before;
  refusePlace(segments, changed);
  await directoryTables(db)
    .updateTable('directory_segment')
    .set({ ...columnsOf(changed), revision: changed.revision, updated_at: now })
    .where('organization_id', '=', scope.organization.id)
    .where('id', '=', id)
    .execute();
  await audit(context, {
    action: 'segment.update',
    target: { type: 'segment', id: String(id), name: changed.name },
    before,
    after: changed,
  });
  return changed;
}

/** Faults: `notFound`, `preconditionFailed`, `invalidInput` (the root), `inUse` while anything is in the segment. */
export async function removeSegment(
  context: WriteContext,
  id: number,
  ifMatch?: readonly number[],
): Promise<void> {
  const { db, scope } = context;
  refuseRoot(id, 'removed');
  await lockTree(context, { newIds: 0 });
  const before = find(await loadSegments(context), id, ifMatch);
  const inUse = (foreignKey: string) => {
    const what =
      foreignKey === 'directory_segment_parent'
        ? 'segments below it'
        : 'devices, policies, enrolments or enrolment templates in it';
    return `The segment '${before.name}' still has ${what}. Move or remove them first.`;
  };
  await refuseInUse(inUse, () =>
    directoryTables(db)
      .deleteFrom('directory_segment')
      .where('organization_id', '=', scope.organization.id)
      .where('id', '=', id)
      .execute(),
  );
  await audit(context, {
    action: 'segment.remove',
    target: { type: 'segment', id: String(id), name: before.name },
    before,
    after: null,
  });
}

/**
 * Makes whoever else changes the organization's tree wait, because two moves together could close a circle, and takes new ids. Returns
 * the last id taken.
 */
async function lockTree({ db, scope }: WriteContext, { newIds }: { newIds: 0 | 1 }): Promise<number> {
  const { last_id } = await directoryTables(db)
    .insertInto('directory_segment_tree')
    .values({ organization_id: scope.organization.id, last_id: newIds })
    .onConflict((conflict) =>
      conflict
        .column('organization_id')
        .doUpdateSet((set) => ({ last_id: set('directory_segment_tree.last_id', '+', newIds) })),
    )
    .returning('last_id')
    .executeTakeFirstOrThrow();
  return last_id;
}

async function loadSegments({ db, scope }: ReadContext): Promise<StoredSegment[]> {
  const rows = await directoryTables(db)
    .selectFrom('directory_segment')
    .selectAll()
    .where('organization_id', '=', scope.organization.id)
    .orderBy('id')
    .execute();
  return rows.map(segmentOfRow);
}

function find(
  segments: readonly StoredSegment[],
  id: number,
  ifMatch: readonly number[] | undefined,
): StoredSegment {
  const segment = segments.find((item) => item.id === id);
  if (!segment) throw notFound('Segment', String(id));
  requireRevision(ifMatch, segment.revision);
  return segment;
}

/** Refuses a place in the tree that does not exist, that makes a circle, or that is too deep. */
function refusePlace(segments: readonly StoredSegment[], { id, parentId }: StoredSegment): void {
  const refuse = (message: string) => invalidInput([{ path: 'parentId', message }]);
  if (parentId !== rootId && !segments.some((segment) => segment.id === parentId)) {
    throw refuse(`segment ${parentId} does not exist`);
  }
  const path = pathToRoot(segments, parentId);
  if (path.includes(id)) throw refuse(`segment ${parentId} lies in segment ${id} itself`);
  if (path.length + heightOf(treeBelow(segments, id)) > deepestSegment) {
    throw refuse(`segments can be at most ${deepestSegment} levels deep`);
  }
}

function refuseRoot(id: number, what: 'changed' | 'removed'): void {
  if (id === rootId) {
    throw invalidInput([{ path: 'segmentId', message: `the root segment, 0, cannot be ${what}` }]);
  }
}

function rootOf(organization: Organization): Segment {
  return {
    id: rootId,
    parentId: null,
    name: organization.name,
    icon: null,
    color: null,
    revision: 1,
    createdAt: organization.createdAt,
    updatedAt: organization.createdAt,
  };
}

function columnsOf({ name, icon, color, parentId }: SegmentContent) {
  return { name, icon, color, parent_id: parentId === rootId ? null : parentId };
}

function segmentOfRow(row: SegmentRow): StoredSegment {
  return {
    id: row.id,
    parentId: row.parent_id ?? rootId,
    name: row.name,
    icon: row.icon,
    color: row.color,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
