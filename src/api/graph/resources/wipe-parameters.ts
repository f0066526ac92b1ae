import type { GraphVersion } from '../model/document.ts';
import { readParameters } from '../payload/read-parameters.ts';
import { refusal, violation } from '../violation.ts';

const inBothVersions = {
  keepEnrollmentData: 'Edm.Boolean',
  keepUserData: 'Edm.Boolean',
  macOsUnlockCode: 'Edm.String',
  persistEsimDataPlan: 'Edm.Boolean',
} as const;
const inBeta = { ...inBothVersions, useProtectedWipe: 'Edm.Boolean' } as const;

/** The parameters of `wipe` in each version. https://learn.microsoft.com/graph/api/intune-devices-manageddevice-wipe */
export const wipeParameters = { 'v1.0': inBothVersions, beta: inBeta } as const;

/** What Windows alone can do. An Apple device that is erased keeps nothing, so that a wish to keep something is no wish to erase it. */
const ofWindows = ['keepEnrollmentData', 'keepUserData', 'useProtectedWipe'] as const;

/** What a wipe of an Apple device is to be like. Faults: `invalidInput`. */
export function readWipe(version: GraphVersion, body: unknown): { pin?: string; keepDataPlan: boolean } {
  const {
    macOsUnlockCode: pin,
    persistEsimDataPlan: keepDataPlan = false,
    ...others
  } = readParameters<typeof inBeta>(wipeParameters[version] as typeof inBeta, body);
  const wrong = ofWindows
    .filter((name) => others[name])
    .map((name) => violation(name, `Apple devices do not know '${name}': it must be false.`));
  if (pin !== undefined && !/^[0-9]{6}$/.test(pin)) {
    wrong.push(violation('macOsUnlockCode', "The parameter 'macOsUnlockCode' must be six digits."));
  }
  const [first, ...rest] = wrong;
  if (first) throw refusal([first, ...rest]);
  return { ...(pin !== undefined && { pin }), keepDataPlan };
}
