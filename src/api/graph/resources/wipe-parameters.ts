import type { WipeAction } from '../../../devices/commands/index.ts';
import type { Platform } from '../../../devices/index.ts';
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

/** What only devices of the other platform can do: a wish to keep something is no wish to erase it. */
const notOf = {
  apple: ['keepEnrollmentData', 'keepUserData', 'useProtectedWipe'],
  windows: ['persistEsimDataPlan'],
} as const satisfies Record<Platform, readonly (keyof typeof inBeta)[]>;

const called = { apple: 'Apple', windows: 'Windows' } as const satisfies Record<Platform, string>;

/** What a wipe of a device is to be like. Windows devices pass over the code of a Mac, as Intune has them do. Faults: `invalidInput`. */
export function readWipe(
  version: GraphVersion,
  body: unknown,
  platform: Platform,
): Pick<WipeAction, 'pin' | 'keepDataPlan' | 'keep' | 'isProtected'> {
  const given = readParameters<typeof inBeta>(wipeParameters[version] as typeof inBeta, body);
  const { macOsUnlockCode: pin, persistEsimDataPlan: keepDataPlan } = given;
  const { keepUserData, keepEnrollmentData, useProtectedWipe: isProtected } = given;
  const wrong = notOf[platform]
    .filter((name) => given[name])
    .map((name) => violation(name, `${called[platform]} devices do not know '${name}': it must be false.`));
  if (pin !== undefined && !/^[0-9]{6}$/.test(pin)) {
    wrong.push(violation('macOsUnlockCode', "The parameter 'macOsUnlockCode' must be six digits."));
  }
  if (isProtected && (keepUserData || keepEnrollmentData)) {
    const name = keepUserData ? 'keepUserData' : 'keepEnrollmentData';
    wrong.push(violation(name, `A protected wipe keeps nothing: '${name}' must be false.`));
  }
  const [first, ...rest] = wrong;
  if (first) throw refusal([first, ...rest]);
  // Who keeps the user's data keeps the enrolment with it.
  const keep = keepUserData ? 'userData' : keepEnrollmentData ? 'provisioning' : undefined;
  return {
    ...(pin !== undefined && { pin }),
    ...(keepDataPlan && { keepDataPlan }),
    ...(keep && { keep }),
    ...(isProtected && { isProtected }),
  };
}
