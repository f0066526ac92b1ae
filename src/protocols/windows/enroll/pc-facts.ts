import type { EnrollingPc } from '../../../devices/dm-accounts/index.ts';
import type { ReportedFacts } from '../../../devices/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import type { ContextItems } from './wire/security-token.ts';

const longestId = 256;
const longestFact = 128;

/** What is written where nobody wrote a serial number: many PCs have it, so it names none. */
const noSerialNumber = /^(0+|none|n\/a|default string|not specified|system serial number|to be filled .*)$/i;

/**
 * What a PC tells of itself when it asks for its certificate. What is too long to be true was not told. Faults: `invalidInput`.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mde2/ (ContextItem)
 */
export function readPcFacts(
  items: ContextItems,
): Pick<EnrollingPc, 'dmDeviceId' | 'hardwareId' | 'kind' | 'told'> {
  const dmDeviceId = items.get('DeviceID')?.[0];
  if (dmDeviceId === undefined || dmDeviceId.length > longestId) {
    const message = `must be there, with no more than ${longestId} characters`;
    throw invalidInput([{ path: 'ContextItem.DeviceID', message }]);
  }
  const item = (name: string) => items.get(name)?.find((value) => value.length <= longestFact);
  const serialNumber = item('SerialNumber');
  const details = given({ model: item('DeviceModel'), manufacturer: item('Manufacturer') });
  const told: ReportedFacts = {
    os: 'Windows',
    ...given({ name: item('DeviceName'), osVersion: item('OSVersion'), imei: item('IMEI') }),
    ...(serialNumber !== undefined && !noSerialNumber.test(serialNumber) && { serialNumber }),
    ...(Object.keys(details).length > 0 && { details }),
  };
  return {
    dmDeviceId,
    hardwareId: item('HWDevID') ?? null,
    kind: item('EnrollmentType') === 'Device' ? 'device' : 'user',
    told,
  };
}

function given<Facts extends Record<string, string | undefined>>(
  facts: Facts,
): { [Name in keyof Facts]?: string } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Facts]?: string;
  };
}
