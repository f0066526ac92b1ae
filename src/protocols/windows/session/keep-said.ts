import { recordEvents } from '../../../devices/events/index.ts';
import { applyFacts } from '../../../devices/index.ts';
import type { Id } from '../../../kernel/id.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import type { Heard } from './hear.ts';

/** Keeps what a PC said without having been asked: what it is, and what happened on it. */
export async function keepSaid(
  context: WriteContext,
  deviceId: Id,
  { devInfo, unknownAlerts, happened }: Heard,
): Promise<void> {
  if (devInfo) {
    const { man: manufacturer, mod: model, lang: language } = devInfo;
    const details = {
      ...(manufacturer !== undefined && { manufacturer }),
      ...(model !== undefined && { model }),
      ...(language !== undefined && { language }),
    };
    await applyFacts(context, deviceId, { details });
  }
  await recordEvents(context, deviceId, [
    ...unknownAlerts.map((name) => ({
      title: `The PC tells something that is not known here: '${name}'.`,
      details: { alert: name },
    })),
    ...happened.map(({ type, locUri, data }) => ({
      title: `The PC tells that something happened: '${type}'.`,
      details: { alert: type, locUri, data: data.slice(0, 200).toWellFormed() },
    })),
  ]);
}
