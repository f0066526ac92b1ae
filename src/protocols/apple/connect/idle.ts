import type { Database } from '../../../database/index.ts';
import { noteSeen, type Call } from '../../../devices/apple-channels/index.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { gather } from '../../../kernel/gather.ts';
import { idleCalls } from '../../../policies/index.ts';

/**
 * Makes the function that tells whether nothing is to be done for a device that calls without a report: a statement, and another where it is to
 * be noted that the device was seen. The calls of one event-loop turn share them. False for whoever must be looked at more closely, and for
 * strangers.
 */
export function idleReader({ prepared }: Database, clock: Clock): (call: Call) => Promise<boolean> {
  const look = gather((calls: readonly Call[]) => idleCalls(prepared, calls, clock()));
  const note = gather(async (calls: readonly Call[]) => {
    await noteSeen(prepared, calls, clock());
    return calls;
  });
  return async (call) => {
    const found = await look(call);
    if (found?.isSeenAnew) await note(call);
    return found?.hasNothingToDo === true;
  };
}
