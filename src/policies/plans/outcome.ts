import { createHash } from 'node:crypto';
import { sql } from '../../database/index.ts';
import { loadDeviceFacts, type DeviceFacts } from '../../devices/index.ts';
import type { Id } from '../../kernel/id.ts';
import { listAuditEvents, type ReadContext, type Touched, type WriteContext } from '../../tenancy/index.ts';
import { storedSets } from '../desired-state/stored-sets.ts';
import { setResolver } from '../desired-state/documents.ts';
import type { PolicySet } from '../desired-state/policy-set.ts';
import { policyHeads } from '../desired-state/reach.ts';
import { wantedSets } from '../desired-state/recalculate.ts';
import { idsAfter, idsInScope, idsOfDevicesWithPolicy, isEmpty, scopeOf } from '../desired-state/scope.ts';
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
  /** The same only if the same devices get the same documents in place of the same ones, and the changed things were the same before. */
  readonly fingerprint: string;
}

const inBatch = 2_000;

/** Devices that lose one set, get another, and take the same of it. */
interface Group {
  readonly before: Id | undefined;
  readonly after: PolicySet | undefined;
  readonly facts: Pick<DeviceFacts, 'osVersion' | 'supervised'>;
  readonly devices: Id[];
}

/**
 * Works out, without writing anything, which devices would get another document by what was touched in this transaction, and how it
 * differs. The caller holds the lock of the desired state.
 */
export async function outcomeOf(context: WriteContext, touched: Touched): Promise<Outcome> {
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
  const hash = createHash('sha256');
  for (const before of await changedThings(context)) hash.update(`${before}\n`);
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
    for (const { facts, devices } of pair) {
      hash.update(
        `${before?.key} ${beforeKey} ${afterSet?.key} ${after?.key} ${devices.toSorted().join(' ')}\n`,
      );
      const difference = differenceOf(
        { set: before, document: beforeDocument },
        { set: afterSet, document: after?.document ?? null },
        facts,
        heads,
      );
      if (isNothing(difference)) continue;
      differences.push({ difference, devices });
      counts = plusCounts(counts, difference, devices.length);
    }
  }
  return { counts, differences, fingerprint: hash.digest('hex') };
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
    await inBatches(context, await idsInScope(context, scope), async (ids) => {
      const before = await setIdsOf(context, ids);
      const devices = await loadDeviceFacts(context.db, organization.id, ids);
      const after = await wantedSets(context, devices);
      const facts = new Map(devices.map((device) => [device.id, device]));
      for (const id of ids) {
        seen.add(id);
        add(id, before.get(id), after.get(id), facts.get(id) ?? unknownFacts);
      }
    });
  }
  if (touched.policies.size > 0) {
    await inBatches(context, idsOfDevicesWithPolicy(context, [...touched.policies]), async (ids) => {
      const unseen = ids.filter((id) => !seen.has(id));
      const before = await setIdsOf(context, unseen);
      const stored = await storedSets(context, [...new Set(before.values())]);
      for (const device of await loadDeviceFacts(context.db, organization.id, unseen)) {
        const setId = before.get(device.id)!;
        add(device.id, setId, stored.get(setId), device);
      }
    });
  }
  return [...groups.values()];
}

const unknownFacts = { osVersion: null, supervised: null };

async function inBatches(
  context: ReadContext,
  query: Parameters<typeof idsAfter>[1],
  work: (ids: readonly Id[]) => Promise<void>,
): Promise<void> {
  let after: Id | null = null;
  for (;;) {
    const ids: Id[] = await idsAfter(context, query, after, inBatch);
    if (ids.length > 0) await work(ids);
    if (ids.length < inBatch) return;
    after = ids.at(-1)!;
  }
}

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

/** What the things that this request has changed were before, as the audit log tells it. */
async function changedThings(context: ReadContext): Promise<string[]> {
  const events = await listAuditEvents(context, { requestId: context.scope.requestId, limit: 10_000 });
  return events.map(({ action, target, before }) => JSON.stringify([action, target.id, before])).toSorted();
}
