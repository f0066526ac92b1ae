import { addJob } from '../../jobs/index.ts';
import type { WriteContext } from '../../tenancy/index.ts';

export const wakeJob = 'devices.wakeApple';

/** Has the organization's Apple devices that have something to do woken, once the change is committed. */
export function requestWake({ touched }: WriteContext): void {
  touched.woken.add('apple');
}

/**
 * Adds the job that `requestWake` asks for, or one that runs so many seconds later. What was asked for before and waits still is done with it.
 * Whoever adds it waits for others who do, so it is the last that a change does.
 */
export async function addWakeJob({ db, scope }: WriteContext, delay?: number): Promise<void> {
  const { slug } = scope.organization;
  await addJob(db, wakeJob, { organization: slug }, { key: slug, ...(delay !== undefined && { delay }) });
}
