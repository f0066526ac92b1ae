import { isDeepStrictEqual } from 'node:util';
import { renameDevice } from '../../../devices/index.ts';
import { countDevices, searchDevices, type FoundDevice } from '../../../devices/search/index.ts';
import { removeDevice } from '../../../policies/index.ts';
import { notFound } from '../../../kernel/fault.ts';
import type { Id } from '../../../kernel/id.ts';
import type { Permission, ReadContext } from '../../../tenancy/index.ts';
import { unsetValue } from '../model/edm.ts';
import { typeOf } from '../model/model.ts';
import { pageSize, readPage } from '../paging.ts';
import { keyedPath } from '../payload/context.ts';
import { readEntity, type Properties } from '../payload/read.ts';
import { writeEntity } from '../payload/write.ts';
import { parseQuery, type Query, type QueryOption } from '../query/query.ts';
import {
  castType,
  idOfKey,
  routesOf,
  type GraphRoute,
  type RouteAnswer,
  type RouteRequest,
} from '../route.ts';
import { removalStatus, updateStatus } from '../statuses.ts';
import { refusal, violation } from '../violation.ts';
import { actionResults, actionResultsWithPins } from './device-action-results.ts';
import { lockManagedDevice, managedDeviceNoun, managedDevicesPath as path } from './managed-device.ts';
import {
  hardwareInformationOf,
  hardwareProperties,
  managedDeviceProperties,
  type ManagedDeviceValues,
} from './managed-device-properties.ts';
import { conditionOf, managedDeviceType as type, orderOf } from './managed-device-query.ts';

const route = routesOf('intune');
const item = `${path}/{id}`;
const reading: readonly Permission[] = ['apple.device.read', 'windows.device.read'];

/** @see https://learn.microsoft.com/graph/api/resources/intune-devices-manageddevice */
export const managedDeviceRoutes: readonly GraphRoute[] = [
  route('GET', path, reading, list),
  route('GET', `${path}/$count`, reading, count),
  route('GET', item, reading, get),
  route('PATCH', item, ['apple.device.update', 'windows.device.update'], update),
  route('DELETE', item, ['apple.device.remove', 'windows.device.remove'], remove),
];

type Found = FoundDevice<keyof ManagedDeviceValues>;

async function list(request: RouteRequest): Promise<RouteAnswer> {
  const options = ['select', 'top', 'skip', 'filter', 'orderby', 'count', 'skiptoken', 'format'] as const;
  const query = readQuery(request, options);
  const where = conditionOf(request.model, query);
  const orderBy = orderOf(request.model, query);
  const { items, nextLink, applied } = await readPage<Found>(
    query,
    request,
    ({ id }) => id,
    (page) => searchDevices(request.read, { show: shown, where, orderBy, ...page }),
  );
  const results = shows(query, 'deviceActionResults') ? await actionResults(request, items) : undefined;
  return {
    status: 200,
    subject: { kind: 'collection', path, ...projection(query) },
    body: {
      // Intune counts them unless it is told not to.
      ...(query.count !== false && { '@odata.count': await countDevices(request.read, where) }),
      ...(nextLink !== undefined && { '@odata.nextLink': nextLink }),
      value: items.map((device, index) =>
        written(request, query, device, { ...device.values, deviceActionResults: results?.[index] }),
      ),
    },
    headers: applied === undefined ? {} : { 'preference-applied': applied },
  };
}

async function count(request: RouteRequest): Promise<RouteAnswer> {
  const where = conditionOf(request.model, readQuery(request, ['filter']));
  return { status: 200, body: String(await countDevices(request.read, where)) };
}

async function get(request: RouteRequest): Promise<RouteAnswer> {
  const query = readQuery(request, ['select', 'format']);
  const device = await requireDevice(request.read, idOfKey(request.match, 0, managedDeviceNoun));
  return answer(request, query, device, 200);
}

async function update(request: RouteRequest): Promise<RouteAnswer> {
  readQuery(request, ['format']);
  const id = idOfKey(request.match, 0, managedDeviceNoun);
  const device = await request.change(async (context) => {
    const locked = await lockManagedDevice(context, id, request.ifMatch);
    const current = await requireDevice(context, id);
    const { properties } = readEntity(request.model, castType(request, type), request.body, {
      mode: 'update',
      stored: current.values,
    });
    const name = newName(request, properties, current);
    if (name === undefined) return current;
    await renameDevice(context, locked, name);
    return requireDevice(context, id);
  });
  const { status, withBody, applied } = updateStatus(item, request.version, request.prefer);
  const headers: Record<string, string> = applied === undefined ? {} : { 'preference-applied': applied };
  if (!withBody) return { status, revision: device.revision, headers };
  return { ...(await answer(request, {}, device, status)), headers };
}

async function remove(request: RouteRequest): Promise<RouteAnswer> {
  readQuery(request, []);
  const id = idOfKey(request.match, 0, managedDeviceNoun);
  await request.change(async (context) =>
    removeDevice(context, await lockManagedDevice(context, id, request.ifMatch)),
  );
  return { status: removalStatus(path, request.version) };
}

/** The name that a body gives the device; null takes it away, undefined leaves it. Faults: `invalidInput` for what is not kept here. */
function newName(
  request: RouteRequest,
  properties: Properties,
  { values }: Found,
): string | null | undefined {
  const declared = typeOf(request.model, type).properties;
  const stored: Properties = values;
  const [first, ...rest] = Object.entries(properties).flatMap(([name, value]) => {
    const shown = stored[name] ?? unsetValue(request.model, declared.get(name)!);
    if (name === 'managedDeviceName' || value == null || isDeepStrictEqual(value, shown)) return [];
    return [violation(name, `The property '${name}' of a managed device is not kept by this server.`)];
  });
  if (first) throw refusal([first, ...rest]);
  const name = properties['managedDeviceName'] as string | null | undefined;
  return name === '' ? null : name;
}

const shown = { ...managedDeviceProperties, ...hardwareProperties };

/** Faults: `notFound`. */
async function requireDevice(context: ReadContext, id: Id): Promise<Found> {
  const part = { id, orderBy: [], after: undefined, skip: 0, limit: 1 };
  const [device] = await searchDevices(context, { show: shown, where: { kind: 'always' }, ...part });
  if (!device) throw notFound(managedDeviceNoun, id);
  return device;
}

async function answer(
  request: RouteRequest,
  query: Query,
  device: Found,
  status: number,
): Promise<RouteAnswer> {
  const values = {
    ...device.values,
    deviceActionResults: shows(query, 'deviceActionResults')
      ? await actionResultsWithPins(request, device)
      : undefined,
    // As Intune does, which shows it to those alone who ask for it.
    hardwareInformation: query.select?.includes('hardwareInformation')
      ? hardwareInformationOf(device.values)
      : null,
  };
  return {
    status,
    subject: { kind: 'entity', path, ...projection(query) },
    body: written(request, query, device, values),
    revision: device.revision,
  };
}

function written(
  { model, metadata, serviceRoot }: RouteRequest,
  query: Query,
  { id }: Found,
  values: Properties,
): Record<string, unknown> {
  const url = `${serviceRoot}/${keyedPath(path, id)}`;
  return writeEntity(model, type, values, { declaredType: type, metadata, url, ...projection(query) });
}

function readQuery(request: RouteRequest, options: readonly QueryOption[]): Query {
  const { model, search: text } = request;
  const rules = { model, type: castType(request, type), options, maxTop: pageSize, expandable: [] };
  return parseQuery(rules, text);
}

function shows({ select }: Query, name: string): boolean {
  return select?.includes(name) ?? true;
}

function projection({ select }: Query): { select?: readonly string[] } {
  return { ...(select && { select }) };
}
