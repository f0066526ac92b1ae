import { transact } from '../../database/index.ts';
import { addJob } from '../../jobs/index.ts';
import {
  change,
  listOrganizations,
  operatorScope,
  type ChangeServices,
  type WriteContext,
} from '../../tenancy/index.ts';
import { removeOldCommands } from '../commands/index.ts';
import { removeOldEvents } from '../events/index.ts';

export const historyJob = 'devices.forgetHistory';

/** Each removes at most so many that are older, and tells how many it removed. */
const removals: readonly ((context: WriteContext, before: Date, limit: number) => Promise<number>)[] = [
  removeOldEvents,
  removeOldCommands,
];

const batchSize = 1_000;
const day = 24 * 3_600_000;

/**
 * The job that forgets what happened to devices, and what they were ordered, more than so many days ago; in all organizations, each batch in a
 * transaction of its own. It ends by asking for its next run, a day later.
 */
export function forgetHistoryTask(services: ChangeServices, days: number): () => Promise<void> {
  return async () => {
    const before = new Date(services.clock().getTime() - days * day);
    for (const organization of await listOrganizations(services.database)) {
      const scope = operatorScope(organization, historyJob);
      for (const remove of removals) {
        let removed: number;
        do removed = await change(services, scope, (context) => remove(context, before, batchSize));
        while (removed === batchSize);
      }
    }
    await addHistoryJob(services, { delay: day / 1_000 });
  };
}

/** Called when the server starts: the job runs now, and from then on by itself. */
export async function resumeForgetting(services: ChangeServices): Promise<void> {
  await addHistoryJob(services);
}

async function addHistoryJob(
  { database }: ChangeServices,
  when: { readonly delay?: number } = {},
): Promise<void> {
  await transact(database, (db) => addJob(db, historyJob, {}, { key: 'all', ...when }));
}
