import { recordEvents } from '../devices/events/index.ts';
import { applyFacts, type Device } from '../devices/index.ts';
import type { WriteContext } from '../tenancy/index.ts';

/** Daily reports renew the time of a verdict, and the calls between do not. */
const renewedAfter = 12 * 3_600_000;
const namedSettings = 20;

/**
 * Keeps what came of checking a device: it is compliant where no setting is missing (see `settingsNotInPlace`). The same verdict is written
 * again after half a day only. A device that turns from the one to the other gets an event; so does one whose first check fails. A device that
 * is about to leave is not judged. `device` is as it was read in this transaction.
 */
export async function keepVerdict(
  context: WriteContext,
  { id, state, summary }: Pick<Device, 'id' | 'state' | 'summary'>,
  notInPlace: readonly string[],
): Promise<void> {
  if (state !== 'ACTIVE') return;
  const compliant = notInPlace.length === 0;
  const { compliance: before } = summary;
  if (before?.compliant === compliant && isRecent(before.lastCheck, context.now)) return;
  await applyFacts(context, id, { compliance: { compliant, lastCheck: context.now.toISOString() } });
  if (compliant === (before?.compliant ?? true)) return;
  const count = notInPlace.length;
  const missing = count === 1 ? 'a setting is' : `${count} settings are`;
  const title = compliant
    ? 'The device is compliant again.'
    : `The device is not compliant: ${missing} not in place.`;
  const details = compliant ? {} : { count, settings: notInPlace.slice(0, namedSettings) };
  await recordEvents(context, id, [{ title, details }]);
}

function isRecent(lastCheck: string | undefined, now: Date): boolean {
  return lastCheck !== undefined && now.getTime() - new Date(lastCheck).getTime() < renewedAfter;
}
