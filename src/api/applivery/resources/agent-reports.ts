import { Type, type Static, type TSchema } from 'typebox';
import { lastReports, type AgentReport } from '../../../devices/agents/index.ts';
import { deviceKey, loadDevices } from '../../../devices/index.ts';
import { invalidInput, notFound } from '../../../kernel/fault.ts';
import type { Id } from '../../../kernel/id.ts';
import type { ReadContext } from '../../../tenancy/index.ts';
import { endpoint, type Endpoint } from '../endpoint.ts';
import { hex, HexId, PageOf, pageOf, Timestamp } from '../shapes.ts';

const tag = 'Devices';

const platforms = { winDevice: 'windows', admDevice: 'apple', emmDevice: undefined } as const;

const path = Type.Object({
  type: Type.Enum(['winDevice', 'admDevice', 'emmDevice']),
  identifier: Type.String({
    pattern: '^\\w{1,128}$',
    'x-takes': 'an id of 24 hexadecimal digits, a serial number or an IMEI',
    description: 'Id, IMEI or serial number',
  }),
});

const query = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, description: 'Items (10)' })),
  sort: Type.Optional(Type.Enum(['createdAt:desc'], { description: 'The newest come first in any case' })),
  dateIni: Type.Optional(Timestamp('Only what was so then or later')),
});

const Report = {
  id: HexId('Report'),
  date: Timestamp("When it was so, by the device's clock"),
  lastReportDate: Timestamp('When it was told'),
};

const LocationReport = Type.Object({
  ...Report,
  origin: Type.Literal('agent'),
  latitude: Type.Number(),
  longitude: Type.Number(),
});

const NetworkReport = Type.Object({
  ...Report,
  networkStatus: Type.Record(Type.String(), Type.Unknown()),
});

/** Faults: `notFound`. */
async function requireNamed(
  { db, scope }: ReadContext,
  { type, identifier }: Static<typeof path>,
): Promise<Id> {
  const platform = platforms[type];
  const organizationId = scope.organization.id;
  const wanted = platform ? [{ organizationId, platform, key: deviceKey(identifier) }] : [];
  const [device] = await loadDevices(db, wanted);
  if (!device) throw notFound('Device', identifier);
  return device.id;
}

async function reportsOf(
  read: ReadContext,
  kind: AgentReport['kind'],
  named: Static<typeof path>,
  { limit = 10, dateIni }: Static<typeof query>,
): Promise<AgentReport[]> {
  const since = dateIni === undefined ? undefined : new Date(dateIni);
  if (since && Number.isNaN(since.getTime())) {
    throw invalidInput([{ path: 'dateIni', message: `'${dateIni}' is not a moment` }]);
  }
  return lastReports(read, await requireNamed(read, named), kind, { limit, since });
}

function placeOf({ id, at, reportedAt, content }: AgentReport): Static<typeof LocationReport> {
  return {
    id: hex(id),
    date: at.toISOString(),
    lastReportDate: reportedAt.toISOString(),
    origin: 'agent',
    latitude: Number(content['latitude']),
    longitude: Number(content['longitude']),
  };
}

function networkOf({ id, at, reportedAt, content }: AgentReport): Static<typeof NetworkReport> {
  return {
    id: hex(id),
    date: at.toISOString(),
    lastReportDate: reportedAt.toISOString(),
    networkStatus: content,
  };
}

/** The newest reports of a kind. The vendor's list has no pages: what comes is all there is. */
function listOf(
  kind: AgentReport['kind'],
  { url, summary }: Pick<Endpoint, 'url' | 'summary'>,
  item: TSchema,
  shown: (report: AgentReport) => object,
): Endpoint {
  return endpoint({
    method: 'GET',
    url,
    summary,
    tag,
    permission: ['windows.device.read', 'apple.device.read'],
    path,
    query,
    data: PageOf(Type.Unsafe<object>(item)),
    async handle({ path: named, query, read }) {
      const items = (await reportsOf(read, kind, named, query)).map(shown);
      return { data: pageOf(items, items.length, { limit: query.limit ?? 10, offset: 0 }) };
    },
  });
}

/** What the agents of devices told. The pages of the vendor's documentation have neither the list's shape nor that of a network status. */
export const agentReportsEndpoints: readonly Endpoint[] = [
  listOf(
    'location',
    {
      url: '/mdm/locations/{type}/{identifier}',
      summary: 'List where the agent of a device said that it was',
    },
    LocationReport,
    placeOf,
  ),
  listOf(
    'networkStatus',
    {
      url: '/mdm/network-status/{type}/{identifier}',
      summary: 'List how the agent of a device said that it was connected',
    },
    NetworkReport,
    networkOf,
  ),
];
