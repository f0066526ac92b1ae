import {
  addTarget,
  changeTarget,
  deviceConfigurations as family,
  removeTarget,
  replaceTargets,
  targetsOfPolicies,
  type NamedTarget,
  type Policy,
  type PolicyTarget,
} from '../../../policies/index.ts';
import { notFound } from '../../../kernel/fault.ts';
import type { Id } from '../../../kernel/id.ts';
import type { Entity } from '../entity-set.ts';
import { isGuid } from '../model/edm.ts';
import { pageOf, pageSize } from '../paging.ts';
import { readCollection, readEntity, type Properties } from '../payload/read.ts';
import { writeEntity } from '../payload/write.ts';
import { parseQuery, type Query, type QueryOption } from '../query/query.ts';
import { keyAt, keyText, routesOf, type GraphRoute, type RouteAnswer, type RouteRequest } from '../route.ts';
import { removalStatus, updateStatus } from '../statuses.ts';
import { refuse } from '../violation.ts';
import { assignmentTarget, graphTarget, type GraphTarget } from './assignment-target.ts';
import { configurationsPath, partPath, partUrl, requireConfiguration } from './device-configuration.ts';

const route = routesOf('intune');
const type = 'microsoft.graph.deviceConfigurationAssignment';
const configuration = `${configurationsPath}/{id}`;
const collection = `${configuration}/assignments`;
const item = `${collection}/{assignmentId}`;

/**
 * Whom a device configuration is assigned to. Assignments are no part of it: they leave its version as it is, and `If-Match` is compared
 * with that version.
 *
 * @see https://learn.microsoft.com/graph/api/resources/intune-deviceconfig-deviceconfigurationassignment
 */
export const deviceConfigurationAssignmentRoutes: readonly GraphRoute[] = [
  route('POST', `${configuration}/assign`, 'deviceConfiguration.update', assign),
  route('GET', collection, 'deviceConfiguration.read', list),
  route('GET', `${collection}/$count`, 'deviceConfiguration.read', count),
  route('POST', collection, 'deviceConfiguration.update', add),
  route('GET', item, 'deviceConfiguration.read', get),
  route('PATCH', item, 'deviceConfiguration.update', update),
  route('DELETE', item, 'deviceConfiguration.update', remove),
];

/** The assignments of each of these configurations, for `$expand`. */
export async function expandAssignments(
  request: RouteRequest,
  configurations: readonly Entity[],
): Promise<unknown[]> {
  const ids = configurations.map(({ id }) => id);
  const targets = await targetsOfPolicies(request.read, ids);
  return ids.map((id) => (targets.get(id) ?? []).map((target) => written(request, id, target, {})));
}

/** Replaces the whole set. */
async function assign(request: RouteRequest): Promise<RouteAnswer> {
  readQuery(request, ['format']);
  const policy = await requireConfiguration(request);
  const targets = readCollection(request.model, type, request.body, 'assignments').map(
    ({ properties }, index) => targetOf(properties, `assignments[${index}].`),
  );
  const stored = await request.change((context) =>
    replaceTargets(context, family, policy.id, targets, request.ifMatch),
  );
  return {
    status: 200,
    subject: { kind: 'collection', path: partPath(request, policy, 'assignments') },
    body: { value: stored.map((target) => written(request, policy.id, target, {})) },
  };
}

async function list(request: RouteRequest): Promise<RouteAnswer> {
  const query = readQuery(request, ['select', 'top', 'skip', 'count', 'skiptoken', 'format']);
  const policy = await requireConfiguration(request);
  const assignments = (await targetsOf(request, policy)).map((target) => ({
    id: assignmentId(policy.id, target),
    target,
  }));
  const { items, nextLink, applied } = pageOf(assignments, query, request);
  return {
    status: 200,
    subject: { kind: 'collection', path: partPath(request, policy, 'assignments'), ...projection(query) },
    body: {
      ...(query.count && { '@odata.count': assignments.length }),
      ...(nextLink !== undefined && { '@odata.nextLink': nextLink }),
      value: items.map(({ target }) => written(request, policy.id, target, query)),
    },
    headers: applied === undefined ? {} : { 'preference-applied': applied },
  };
}

async function count(request: RouteRequest): Promise<RouteAnswer> {
  readQuery(request, []);
  const policy = await requireConfiguration(request);
  return { status: 200, body: String((await targetsOf(request, policy)).length) };
}

async function add(request: RouteRequest): Promise<RouteAnswer> {
  readQuery(request, ['format']);
  const policy = await requireConfiguration(request);
  const { properties } = readEntity(request.model, type, request.body, { mode: 'create' });
  const added = targetOf(properties, '');
  const target = await request.change((context) =>
    addTarget(context, family, policy.id, added, request.ifMatch),
  );
  const location = partUrl(request, policy.id, 'assignments', assignmentId(policy.id, target));
  return { ...answer(request, policy, target, 201, {}), headers: { location } };
}

async function get(request: RouteRequest): Promise<RouteAnswer> {
  const query = readQuery(request, ['select', 'format']);
  const policy = await requireConfiguration(request);
  const key = keyOfAssignment(request, policy);
  const target = (await targetsOf(request, policy)).find((stored) => stored.key === key);
  if (!target) throw notFound('Assignment', key);
  return answer(request, policy, target, 200, query);
}

async function update(request: RouteRequest): Promise<RouteAnswer> {
  readQuery(request, ['format']);
  const policy = await requireConfiguration(request);
  const key = keyOfAssignment(request, policy);
  const target = await request.change((context) =>
    changeTarget(
      context,
      family,
      policy.id,
      key,
      (stored) => {
        const current = { target: graphTarget(stored) };
        const input = readEntity(request.model, type, request.body, { mode: 'update', stored: current });
        return targetOf({ ...current, ...input.properties }, '');
      },
      request.ifMatch,
    ),
  );
  const { status, withBody, applied } = updateStatus(item, request.version, request.prefer);
  const headers: Record<string, string> = applied === undefined ? {} : { 'preference-applied': applied };
  return withBody ? { ...answer(request, policy, target, status, {}), headers } : { status, headers };
}

async function remove(request: RouteRequest): Promise<RouteAnswer> {
  readQuery(request, []);
  const policy = await requireConfiguration(request);
  const key = keyOfAssignment(request, policy);
  await request.change((context) => removeTarget(context, family, policy.id, key, request.ifMatch));
  return { status: removalStatus(item, request.version) };
}

function readQuery({ model, search }: RouteRequest, options: readonly QueryOption[]): Query {
  return parseQuery({ model, type, options, maxTop: pageSize, expandable: [] }, search);
}

async function targetsOf({ read }: RouteRequest, { id }: Policy): Promise<PolicyTarget[]> {
  return (await targetsOfPolicies(read, [id])).get(id) ?? [];
}

/** Clients take it apart at the underscore. */
function assignmentId(policyId: Id, { key }: PolicyTarget): string {
  return `${policyId}_${key}`;
}

/** What stands behind the configuration's id in the id of the assignment that the path names. Faults: `notFound`. */
function keyOfAssignment({ match }: RouteRequest, { id }: Policy): string {
  const text = keyAt(match, 1);
  const prefix = `${id}_`;
  if (!text.toLowerCase().startsWith(prefix)) throw notFound('Assignment', keyText(match, 1));
  const key = text.slice(prefix.length);
  return isGuid(key) ? key.toLowerCase() : key;
}

/** What a body says. `place` is before the names of its properties. */
function targetOf(properties: Properties, place: string): NamedTarget {
  if (properties['intent'] === 'remove') {
    const message = `The ${place}intent 'remove' is not supported: exclude a group, or remove the assignment.`;
    throw refuse(`${place}intent`, message);
  }
  const path = `${place}target`;
  return { target: assignmentTarget(properties['target'] as GraphTarget | null, path), path };
}

function written(
  request: RouteRequest,
  policyId: Id,
  stored: PolicyTarget,
  query: Query,
): Record<string, unknown> {
  const id = assignmentId(policyId, stored);
  const values = {
    id,
    source: 'direct',
    sourceId: policyId,
    intent: 'apply',
    target: graphTarget(stored.target),
  };
  return writeEntity(request.model, type, values, {
    declaredType: type,
    metadata: request.metadata,
    url: partUrl(request, policyId, 'assignments', id),
    ...projection(query),
  });
}

function answer(
  request: RouteRequest,
  policy: Policy,
  target: PolicyTarget,
  status: number,
  query: Query,
): RouteAnswer {
  return {
    status,
    subject: { kind: 'entity', path: partPath(request, policy, 'assignments'), ...projection(query) },
    body: written(request, policy.id, target, query),
  };
}

function projection({ select }: Query): { select?: readonly string[] } {
  return { ...(select && { select }) };
}
