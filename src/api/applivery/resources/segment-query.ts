import { Type, type Static } from 'typebox';
import { expandSegment } from '../../../directory/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';

/** The query of lists whose items belong to a segment. */
export const segmentQuery = {
  segmentId: Type.Optional(
    Type.Integer({ minimum: 0, description: 'Only what belongs to this segment; 0 is the root' }),
  ),
  expandTo: Type.Optional(
    Type.Enum(['ancestors', 'children'], {
      description: 'Also what belongs to the segments above, or below, the one named',
    }),
  ),
};

const SegmentQuery = Type.Object(segmentQuery);

/** The segments that a query asks for; undefined for all. Without `segmentId`, `expandTo` starts from the root. Faults: `notFound`. */
export async function segmentsOf(
  context: ReadContext,
  { segmentId, expandTo }: Static<typeof SegmentQuery>,
): Promise<readonly number[] | undefined> {
  if (expandTo !== undefined) return expandSegment(context, segmentId ?? 0, expandTo);
  return segmentId === undefined ? undefined : [segmentId];
}
