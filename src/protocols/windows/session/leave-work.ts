import { recordEvents } from '../../../devices/events/index.ts';
import type { Device } from '../../../devices/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { textOfStatus } from '../delivery/status-text.ts';
import type { CommandOutcome } from '../dm-command.ts';
import type { WindowsSettings } from '../options.ts';
import { providerId } from '../enroll/wire/provisioning-document.ts';
import type { SessionWork } from './work.ts';

const id = 'unenrol';
const unenroll = `./Device/Vendor/MSFT/DMClient/Provider/${providerId}/Unenroll`;

/**
 * Tells a PC of which an administrator asked for the end of the management to leave. Many leave without an answer; one that stays, such as a PC
 * that is joined to Entra ID, is told again in its next session.
 * https://learn.microsoft.com/windows/client-management/mdm/dmclient-csp
 */
export async function leaveWork(
  _settings: WindowsSettings,
  context: WriteContext,
  { id: deviceId, state }: Pick<Device, 'id' | 'state'>,
): Promise<SessionWork> {
  const isLeaving = state === 'DELETE_REQUESTED';
  let outcome: CommandOutcome | undefined;
  let isTold = false;
  const hasLeft = () => outcome !== undefined && outcome.status < 300;
  return {
    async heard(outcomes) {
      outcome = outcomes.find((one) => one.id === id);
    },
    hasEnded: hasLeft,
    planned: ({ told }) =>
      isLeaving && !told.has(id)
        ? [{ id, command: { verb: 'Exec', locUri: unenroll, value: { format: 'null', data: '' } } }]
        : [],
    sent(ids) {
      isTold = ids.includes(id);
    },
    async save() {
      if (isTold) {
        await recordEvents(context, deviceId, [
          { title: 'The PC was told to leave the management.', details: {} },
        ]);
      }
      if (!outcome || hasLeft()) return;
      const { status, originalError } = outcome;
      const why = textOfStatus(status, originalError);
      const details = { status, ...(originalError !== undefined && { originalError }) };
      await recordEvents(context, deviceId, [
        { title: `The PC refused to leave the management: ${why}`, details },
      ]);
    },
  };
}
