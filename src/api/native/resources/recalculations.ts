import { Type, type Static } from 'typebox';
import { listRecalculations, requireRecalculation, type Recalculation } from '../../../policies/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { AnyId, Guid, idInPath, ListOf, Nullable, pageById, PageQuery, Timestamp } from '../shapes.ts';

const tag = 'Recalculations';

const RecalculationShape = Type.Object({
  id: Guid('Id'),
  status: Type.Enum(['running', 'finished']),
  devices: Type.Object({
    total: Nullable(
      Type.Integer({
        description: 'Devices that the change reached when working it out began; null until then',
      }),
    ),
    done: Type.Integer({ description: 'Devices whose policies have been worked out again' }),
  }),
  startedBy: Type.String({ description: 'The name of whoever made the change' }),
  createdAt: Timestamp('When the change was made'),
  finishedAt: Nullable(Timestamp('When every device had been worked out')),
});

function shown({ id, total, done, ...rest }: Recalculation): Static<typeof RecalculationShape> {
  return {
    id,
    status: rest.finishedAt ? 'finished' : 'running',
    devices: { total, done },
    startedBy: rest.startedBy,
    createdAt: rest.createdAt.toISOString(),
    finishedAt: rest.finishedAt?.toISOString() ?? null,
  };
}

export const recalculationEndpoints: readonly Endpoint[] = [
  endpoint({
    name: 'listRecalculations',
    method: 'GET',
    url: '/recalculations',
    tag,
    summary: 'List changes that are worked out in the background',
    description:
      'A change that reaches few devices is worked out with it and is not in this list. Oldest first; finished ones are kept for 30 days.',
    permission: 'organization.read',
    query: PageQuery,
    data: ListOf(RecalculationShape),
    async handle({ query, read }) {
      const { items, next } = await pageById(query, (part) => listRecalculations(read, part));
      return { data: { items: items.map(shown), next } };
    },
  }),
  endpoint({
    name: 'getRecalculation',
    method: 'GET',
    url: '/recalculations/{recalculation}',
    tag,
    summary: 'Get how far a change has been worked out',
    permission: 'organization.read',
    path: Type.Object({ recalculation: AnyId('Id of the recalculation') }),
    data: RecalculationShape,
    async handle({ path, read }) {
      const id = idInPath(path.recalculation, 'Recalculation');
      return { data: shown(await requireRecalculation(read, id)) };
    },
  }),
];
