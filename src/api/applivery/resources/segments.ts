import { Type, type Static } from 'typebox';
import {
  createSegment,
  readSegmentTree,
  removeSegment,
  rootSegmentId,
  updateSegment,
  type Segment,
  type Tree,
} from '../../../directory/index.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint, type EndpointAnswer } from '../endpoint.ts';
import { hex, HexId, SegmentNumber, Timestamp } from '../shapes.ts';
import { NullableText } from './nullable-text.ts';

const segmentFields = {
  id: Type.Integer({ minimum: 0, description: 'Segment; 0 is the root' }),
  name: Type.String(),
  icon: Type.Optional(Type.String()),
  color: Type.Optional(Type.String()),
};

const SegmentNode = Type.Cyclic(
  { SegmentNode: Type.Object({ ...segmentFields, children: Type.Array(Type.Ref('SegmentNode')) }) },
  'SegmentNode',
);

const SegmentTree = Type.Object({
  organizationId: HexId('Organization'),
  children: Type.Array(SegmentNode),
});

const SegmentDetail = Type.Object({
  ...segmentFields,
  organizationId: HexId('Organization'),
  parentId: Type.Optional(Type.Integer({ description: 'The segment above; the root has none' })),
  children: Type.Array(SegmentNode),
  createdAt: Timestamp('Creation'),
  updatedAt: Timestamp('Last change'),
});

const path = Type.Object({ segmentId: Type.Integer({ minimum: 0, description: 'Segment; 0 is the root' }) });

const Name = Type.String({ minLength: 1, maxLength: 256 });
const content = {
  icon: Type.Optional(NullableText(256, 'Name of an icon')),
  color: Type.Optional(NullableText(64, 'Color to show the segment in')),
  parentId: Type.Optional(SegmentNumber),
};

const tag = 'Segments';

/** https://docs.applivery.com/en/api/ > Organization > Segments */
export const segmentsEndpoints: readonly Endpoint[] = [
  endpoint({
    method: 'GET',
    url: '/segments',
    summary: 'List segments',
    description: 'The whole tree below the root.',
    tag,
    permission: 'segment.read',
    data: SegmentTree,
    async handle({ read }) {
      const { children } = await readSegmentTree(read, rootSegmentId);
      return {
        data: { organizationId: hex(read.scope.organization.id), children: children.map(nodeOf) },
      };
    },
  }),
  endpoint({
    method: 'POST',
    url: '/segments',
    summary: 'Create a segment',
    tag,
    permission: 'segment.create',
    body: Type.Object({ name: Name, ...content }),
    data: SegmentDetail,
    handle: ({ body, change }) =>
      change(async (context) => {
        const { id } = await createSegment(context, contentOf(body));
        return answer(context, id);
      }),
  }),
  endpoint({
    method: 'GET',
    url: '/segments/{segmentId}',
    summary: 'Get a segment with everything below it',
    tag,
    permission: 'segment.read',
    path,
    data: SegmentDetail,
    handle: ({ path, read }) => answer(read, path.segmentId),
  }),
  endpoint({
    method: 'PUT',
    url: '/segments/{segmentId}',
    summary: 'Rename or move a segment',
    description: 'Properties that are left out stay as they are.',
    tag,
    permission: 'segment.update',
    path,
    body: Type.Object({ name: Type.Optional(Name), ...content }),
    data: SegmentDetail,
    handle: ({ path: { segmentId }, body, change, ifMatch }) =>
      change(async (context) => {
        await updateSegment(context, segmentId, contentOf(body), ifMatch);
        return answer(context, segmentId);
      }),
  }),
  endpoint({
    method: 'DELETE',
    url: '/segments/{segmentId}',
    summary: 'Delete a segment',
    description:
      'Refused while there are segments below it, or devices, policies, enrolments or enrolment templates in it.',
    tag,
    permission: 'segment.remove',
    path,
    data: Type.Object({ delete: Type.Boolean() }),
    async handle({ path, change, ifMatch }) {
      await change((context) => removeSegment(context, path.segmentId, ifMatch));
      return { data: { delete: true } };
    },
  }),
];

/** The body with the parent as an integer, where it names one. */
function contentOf<Body extends { parentId?: number | string }>({ parentId, ...rest }: Body) {
  return { ...rest, ...(parentId !== undefined && { parentId: Number(parentId) }) };
}

async function answer(
  context: ReadContext,
  segmentId: number,
): Promise<EndpointAnswer<Static<typeof SegmentDetail>>> {
  const tree = await readSegmentTree(context, segmentId);
  const { parentId, createdAt, updatedAt, revision } = tree.node;
  return {
    data: {
      ...nodeOf(tree),
      organizationId: hex(context.scope.organization.id),
      ...(parentId !== null && { parentId }),
      createdAt: createdAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
    },
    revision,
  };
}

function nodeOf({ node, children }: Tree<Segment>): Static<typeof SegmentNode> {
  const { id, name, icon, color } = node;
  return {
    id,
    name,
    ...(icon !== null && { icon }),
    ...(color !== null && { color }),
    children: children.map(nodeOf),
  };
}
