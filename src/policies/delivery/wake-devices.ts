import {
  addWakeJob,
  nextWakeAt,
  recordWakes,
  type TriedChannel,
  type WakeOutcome,
} from '../../devices/apple-channels/index.ts';
import { pushCredentials, type PushCredentials } from '../../devices/push-certificate/index.ts';
import type { Json } from '../../kernel/json.ts';
import {
  change,
  findOrganization,
  listOrganizations,
  operatorScope,
  type ChangeServices,
} from '../../tenancy/index.ts';
import { channelsToWake, type SleepingChannel } from './channels-to-wake.ts';

/** What came of one push. */
export interface PushOutcome extends WakeOutcome {
  /** Seconds after which it may work. */
  readonly retryAfter?: number;
  /** Since when the token is `unreachable`. One that the device told later is good, and is only not known to Apple yet. */
  readonly at?: Date | undefined;
}

/** Wakes devices by Apple's push service, and tells what came of each in their order. It never rejects. */
export type PushWakes = (
  credentials: PushCredentials,
  channels: readonly SleepingChannel[],
) => Promise<PushOutcome[]>;

const batchSize = 500;
/** Until devices that are silent are looked for again. */
const usualPause = 6 * 3_600_000;
/** Until what an administrator must change is looked at again. */
const refusedPause = 3_600_000;

/**
 * The job that wakes an organization's Apple devices. It ends by asking for its next run: soon, when something failed for now; else for the
 * devices that say nothing for long.
 */
export function wakeTask(services: ChangeServices, push: PushWakes): (payload: Json) => Promise<void> {
  return async (payload) => {
    const { organization: slug } = payload as { organization: string };
    const organization = await findOrganization(services.database, slug);
    if (!organization) return;
    const scope = operatorScope(organization, 'wake');
    const read = { db: services.database, scope };
    const credentials = await pushCredentials(read, services.secrets);
    const startedAt = services.clock();
    let after = '';
    for (;;) {
      const now = services.clock();
      const channels = await channelsToWake(read, now, { after, limit: batchSize });
      const outcomes = await outcomesFor(push, credentials, channels, now);
      const tried = channels.map((channel, index) => triedChannel(channel, outcomes[index]!, now));
      await change(services, scope, (context) => recordWakes(context, tried));
      if (channels.length < batchSize) break;
      // Nobody can be reached now: the next run tries the others, and other jobs need not wait for it.
      if (outcomes.every(({ result }) => result === 'later')) break;
      after = channels.at(-1)!.id;
    }
    const next = await nextWakeAt(read, startedAt);
    const pause = next ? next.getTime() - services.clock().getTime() : usualPause;
    const seconds = Math.ceil(Math.min(Math.max(pause, 1_000), usualPause) / 1_000);
    await change(services, scope, (context) => addWakeJob(context, seconds));
  };
}

function triedChannel(
  { id, purpose, tokenUpdatedAt }: SleepingChannel,
  { result, message, at, retryAfter = 60 }: PushOutcome,
  now: Date,
): TriedChannel {
  const isOutdated = result === 'unreachable' && at !== undefined && at < tokenUpdatedAt;
  const outcome: WakeOutcome = isOutdated ? { result: 'later', message: outdated } : { result, message };
  const pauses = {
    sent: undefined,
    later: retryAfter * 1_000,
    unreachable: undefined,
    refused: refusedPause,
  };
  const pause = pauses[outcome.result];
  const dueAt = pause === undefined ? null : new Date(now.getTime() + pause);
  return { id, purpose, tokenUpdatedAt, outcome, dueAt };
}

const outdated =
  'Apple speaks of the token that the device had before, and may not know yet that it has told another. It is woken again soon.';

/** Called when the server starts: what waits is looked at, even if the process that was to do it is gone. */
export async function resumeWaking(services: ChangeServices): Promise<void> {
  for (const organization of await listOrganizations(services.database)) {
    const scope = operatorScope(organization, 'start');
    await change(services, scope, (context) => addWakeJob(context));
  }
}

async function outcomesFor(
  push: PushWakes,
  credentials: PushCredentials | undefined,
  channels: readonly SleepingChannel[],
  now: Date,
): Promise<PushOutcome[]> {
  const refusal = refusalOf(credentials, now);
  if (refusal !== undefined) return channels.map(() => ({ result: 'refused', message: refusal }));
  const outcomes = new Map<SleepingChannel, PushOutcome>();
  // It was enrolled under another certificate, and never takes another topic.
  const isOfTopic = ({ topic }: SleepingChannel) => topic === credentials!.topic;
  const reachable = channels.filter(isOfTopic);
  const pushed = reachable.length === 0 ? [] : await push(credentials!, reachable);
  reachable.forEach((channel, index) => outcomes.set(channel, pushed[index]!));
  const message = `The device obeys another push certificate than '${credentials!.topic}'. It must enrol again.`;
  return channels.map((channel) => outcomes.get(channel) ?? { result: 'refused', message });
}

function refusalOf(credentials: PushCredentials | undefined, now: Date): string | undefined {
  if (!credentials) return 'The organization has no Apple push certificate. Upload one.';
  if (credentials.expiresAt > now) return undefined;
  return `The organization's Apple push certificate expired at ${credentials.expiresAt.toISOString()}. Renew it.`;
}
