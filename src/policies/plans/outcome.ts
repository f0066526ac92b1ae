import { sql } from '../../database/index.ts';
import { loadDeviceFacts, type DeviceFacts } from '../../devices/index.ts';
import type { Id } from '../../kernel/id.ts';
import type { AuditEvent, ReadContext, Touched, WriteContext } from '../../tenancy/index.ts';
import { storedSets } from '../desired-state/stored-sets.ts';
import { setResolver } from '../desired-state/documents.ts';
import { sha256, type PolicySet } from '../desired-state/policy-set.ts';
import { policyHeads } from '../desired-state/reach.ts';
import { wantedSets } from '../desired-state/recalculate.ts';
import { idsIn, idsInScope, isEmpty, scopeOf } from '../desired-state/scope.ts';
import { policiesTables } from '../tables.ts';
import { differenceOf, isNothing, noCounts, plusCounts } from './difference.ts';
import type { PlanCounts, PlannedDifference } from './plan.ts';

/** What the changes in a transaction come to that nothing has been recalculated in. */
export interface Outcome {
  readonly counts: PlanCounts;
  readonly differences: readonly {
    readonly difference: PlannedDifference;
    readonly devices: readonly Id[];
  }[];
  /**
   * The same only if the same devices get the same documents in place of the same ones, and cannot take the same of them, and the changed
   * things were the same before.
   */
  readonly fingerprint: string;
}

const inBatch = 2_000;
const factsAtOnce = 10_000;

/** Devices that lose one set, get another, and take the same of it. */
interface Group {
  readonly before: Id | undefined;
  readonly after: PolicySet | undefined;
  readonly facts: Pick<DeviceFacts, 'osVersion' | 'supervised'>;
  readonly devices: Id[];
}

/**
 * Works out, without writing anything, which devices would get another document by what was touched in this transaction, and how it
 * differs. `events` tells what was changed. The caller holds the lock of the desired state.
 */
export async function outcomeOf(
  context: WriteContext,
  touched: Touched,
  events: readonly AuditEvent[],
): Promise<Outcome> {
  const groups = await affectedGroups(context, touched);
  const stored = await storedSets(
    context,
    groups.flatMap(({ before }) => before ?? []),
  );
  const resolveSet = await setResolver(
    context,
    groups.flatMap(({ after }) => after ?? []),
  );
  const undeliverable = groups.filter(({ after }) => after?.system === null);
  const heads = await policyHeads(
    context,
    undeliverable.flatMap(({ after }) => after!.members.map(({ policyId }) => policyId)),
  );
  const digests = changedThings(events).map(sha256);
  const differences: Outcome['differences'][number][] = [];
  let counts = noCounts;
  const byPair = Map.groupBy(groups, ({ before, after }) => `${before} ${after?.key}`);
  for (const pair of byPair.values()) {
    const { before: beforeId, after: afterSet } = pair[0]!;
    const before = beforeId && stored.get(beforeId);
    const after = afterSet && resolveSet(afterSet);
    const beforeKey = before?.documentKey ?? null;
    const isSame = beforeKey === (after?.key ?? null) && before?.key === afterSet?.key;
    if (isSame) continue;
    const beforeDocument = beforeKey === null ? null : await documentWithKey(context, beforeKey);
    const told = pair.map(({ facts, devices }) => ({
      devices,
      difference: differenceOf(
        { set: before, document: beforeDocument },
        { set: afterSet, document: after?.document ?? null },
        facts,
        heads,
      ),
    }));
    const alike = Map.groupBy(told, ({ difference }) => JSON.stringify(difference.cannotTake));
    for (const [cannotTake, parts] of alike) {
      const { difference } = parts[0]!;
      const devices = parts.flatMap((part) => part.devices).toSorted();
      const keys = [before?.key, beforeKey, afterSet?.key, after?.key];
      digests.push(sha256(JSON.stringify([keys, cannotTake, devices])));
      if (isNothing(difference)) continue;
      differences.push({ difference, devices });
      counts = plusCounts(counts, difference, devices.length);
    }
  }
  return { counts, differences, fingerprint: sha256(digests.toSorted().join()) };
}

async function affectedGroups(context: WriteContext, touched: Touched): Promise<Group[]> {
  const groups = new Map<string, Group>();
  const add = (id: Id, before: Id | undefined, after: PolicySet | undefined, facts: Group['facts']) => {
    const { osVersion, supervised } = facts;
    const key = `${before} ${after?.key} ${osVersion} ${supervised}`;
    const group = groups.get(key);
    if (group) group.devices.push(id);
    else groups.set(key, { before, after, facts: { osVersion, supervised }, devices: [id] });
  };
  const { organization } = context.scope;
  const scope = await scopeOf(context, touched);
  const seen = new Set<Id>();
  if (!isEmpty(scope)) {
    // Who is in the scope is asked once: it is a question about all devices.
    const all = await idsIn(context, await idsInScope(context, scope));
    for (let start = 0; start < all.length; start += inBatch) {
      const ids = all.slice(start, start + inBatch);
      const before = await setIdsOf(context, ids);
      const devices = await loadDeviceFacts(context.db, organization.id, ids);
      const after = await wantedSets(context, devices);
      const facts = new Map(devices.map((device) => [device.id, device]));
      for (const id of ids) {
        seen.add(id);
        add(id, before.get(id), after.get(id), facts.get(id) ?? unknownFacts);
      }
    }
  }
  // A policy with another content moves no device to another set.
  for (const { set, devices } of await devicesBySet(context, [...touched.policies])) {
    const unseen = devices.filter((id) => !seen.has(id));
    for (let start = 0; start < unseen.length; start += factsAtOnce) {
      const part = unseen.slice(start, start + factsAtOnce);
      for (const facts of await loadDeviceFacts(context.db, organization.id, part)) {
        add(facts.id, set.id, set, facts);
      }
    }
  }
  return [...groups.values()];
}

/** The sets that hold one of these policies, each with its devices. */
async function devicesBySet(context: ReadContext, policies: readonly Id[]) {
  if (policies.length === 0) return [];
  const { rows } = await sql<{ set_id: Id; devices: Id[] }>`
    select set_id, array_agg(device_id) as devices from policies_device_set
    where organization_id = ${context.scope.organization.id} and set_id in (
      select set_id from policies_set_member
      where organization_id = ${context.scope.organization.id} and policy_id = any(${policies}::uuid[]))
    group by set_id`.execute(context.db.connection);
  const ids = rows.map((row) => row.set_id);
  const sets = await storedSets(context, ids);
  return rows.map(({ set_id: id, devices }) => ({ set: { id, ...sets.get(id)! }, devices }));
}

const unknownFacts = { osVersion: null, supervised: null };

async function setIdsOf({ db, scope }: ReadContext, devices: readonly Id[]): Promise<Map<Id, Id>> {
  const rows = await policiesTables(db)
    .selectFrom('policies_device_set')
    .select(['device_id', 'set_id'])
    .where('organization_id', '=', scope.organization.id)
    .where('device_id', '=', sql<Id>`any(${devices}::uuid[])`)
    .execute();
  return new Map(rows.map(({ device_id, set_id }) => [device_id, set_id]));
}

async function documentWithKey({ db, scope }: ReadContext, key: string) {
  const row = await policiesTables(db)
    .selectFrom('policies_document')
    .select('document')
    .where('organization_id', '=', scope.organization.id)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  return row.document;
}

/**
 * What the changed things were before, as the audit log tells it, newest first. What a property was after an earlier change is not looked at:
 * there may be times in it.
 */
function changedThings(events: readonly AuditEvent[]): string[] {
  const known = new Map<string, Set<string>>();
  return events.toReversed().map(({ action, target, before, after }) => {
    const changed = known.get(target.id) ?? new Set();
    known.set(target.id, changed);
    const untouched = Object.entries(before ?? {}).filter(([name]) => !changed.has(name));
    for (const name of Object.keys({ ...before, ...after })) changed.add(name);
    return JSON.stringify([action, target.id, untouched]);
  });
}
