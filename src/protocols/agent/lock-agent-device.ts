import type { Agent } from '../../devices/agents/index.ts';
import { devicesByIds, deviceKey, lockDevice, type Device } from '../../devices/index.ts';
import { hexOfId } from '../../kernel/id.ts';
import type { WriteContext } from '../../tenancy/index.ts';

/** The device of an agent, of whichever platform, so that other changes of it wait. Faults: `notFound`, when it was removed just now. */
export async function lockAgentDevice(context: WriteContext, { deviceId }: Agent): Promise<Device> {
  const { platform } = (await devicesByIds(context, [deviceId])).get(deviceId)!;
  return lockDevice(context, platform, deviceKey(hexOfId(deviceId)));
}
