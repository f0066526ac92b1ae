import { Type, type Static } from 'typebox';
import type { CheckedCommand, CommandMaker, DeviceAction } from '../../../devices/commands/index.ts';
import type { Device } from '../../../devices/index.ts';
import { invalidInput } from '../../../kernel/fault.ts';
import type { JsonObject } from '../../../kernel/json.ts';

/** What can be said with an action. */
const Members = Type.Partial(
  Type.Object({
    pin: Type.String({
      pattern: '^[0-9]{6}$',
      'x-takes': 'six digits',
      description: 'Six digits that unlock a Mac after `wipe` or `lock`',
    }),
    keepDataPlan: Type.Boolean({ description: 'Of `wipe` of an Apple device: the plan of its eSIM stays' }),
    keep: Type.Enum(['userData', 'provisioning'], {
      description:
        'Of `wipe` of a Windows device: what is not erased; `provisioning`: the packages by which it was set up',
    }),
    isProtected: Type.Boolean({
      description:
        'Of `wipe` of a Windows device: the whole drive is cleaned, even if somebody cuts the power. The device may not start any more',
    }),
    fromCloud: Type.Boolean({ description: 'Of `wipe` of a Windows device: Windows is fetched anew' }),
    message: Type.String({ maxLength: 500, description: 'Of `lock`: what the lock screen says' }),
    phoneNumber: Type.String({
      maxLength: 64,
      description: 'Of `lock`: the number that the lock screen shows',
    }),
    name: Type.String({
      minLength: 1,
      maxLength: 63,
      description:
        'Of `rename`: letters, digits and hyphens; `%SERIAL%` and `%RAND:3%` stand for the serial number and three random digits',
    }),
    keepUserData: Type.Boolean({ description: 'Of `cleanInstall`: what users have made stays' }),
    quick: Type.Boolean({ description: 'Of `scanForMalware`: where malware usually is, not everywhere' }),
  }),
);

type Member = keyof Static<typeof Members>;
type MembersOfAction = Readonly<Partial<Record<Member, 'required' | 'optional'>>>;

const membersOf: Readonly<Record<DeviceAction['kind'] | 'sync', MembersOfAction>> = {
  wipe: {
    pin: 'optional',
    keepDataPlan: 'optional',
    keep: 'optional',
    isProtected: 'optional',
    fromCloud: 'optional',
  },
  lock: { pin: 'optional', message: 'optional', phoneNumber: 'optional' },
  restart: {},
  shutDown: {},
  rename: { name: 'required' },
  cleanInstall: { keepUserData: 'required' },
  resetForNextUser: {},
  scanForMalware: { quick: 'required' },
  updateMalwareSignatures: {},
  rotateRecoveryKeys: {},
  rotateAdminPassword: {},
  sync: {},
};

const actions = Object.keys(membersOf) as (keyof typeof membersOf)[];

export const GivenCommand = Type.Object({
  action: Type.Optional(
    Type.Enum(actions, {
      description:
        'What the device shall do. `sync`: tell its inventory again, and fetch what it shall have. Apple devices know `wipe`, `lock`, `restart` and `shutDown`. Windows knows `wipe`; `restart`; `rename`, with a restart; `cleanInstall`: Windows anew, without what its maker had added; `resetForNextUser`: as new, and still managed (Autopilot reset); `scanForMalware` and `updateMalwareSignatures` (Defender); `rotateRecoveryKeys` (BitLocker); `rotateAdminPassword` (LAPS)',
    }),
  ),
  ...Members.properties,
  command: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description:
        "Instead of `action`: a command in the platform's own words. Apple: `{RequestType, …}`, with Base64 for data. Windows: `{commands: [{path, action, value, format}]}`, OMA-DM commands that are sent together",
    }),
  ),
});

type Given = Static<typeof GivenCommand>;

/** The command that a body asks for, or that the device shall report. Faults: `invalidInput`, `malformedBody`. */
export function readGivenCommand(
  given: Given,
): 'sync' | ((device: Device, maker: CommandMaker) => CheckedCommand) {
  const { action, command, ...rest } = given;
  if ((action === undefined) === (command === undefined)) {
    throw invalidInput([{ path: 'action', message: 'or `command` is required, and not both' }]);
  }
  refuseOtherMembers(action, rest);
  if (action === 'sync') return action;
  return (device, maker) =>
    action === undefined
      ? maker.ofRaw(device, command as JsonObject)
      : maker.ofAction(device, { kind: action, ...rest } as DeviceAction);
}

/** Faults: `invalidInput` for what belongs to another action, and for what this one cannot do without. */
function refuseOtherMembers(action: Given['action'], given: Static<typeof Members>): void {
  const what = action ?? 'command';
  const members: MembersOfAction = action === undefined ? {} : membersOf[action];
  const foreign = Object.keys(given)
    .filter((name) => members[name as Member] === undefined)
    .map((path) => ({ path, message: `does not belong to '${what}'` }));
  const missing = Object.entries(members)
    .filter(([name, need]) => need === 'required' && given[name as Member] === undefined)
    .map(([path]) => ({ path, message: `is required for '${what}'` }));
  const violations = [...foreign, ...missing];
  if (violations.length > 0) throw invalidInput(violations);
}
