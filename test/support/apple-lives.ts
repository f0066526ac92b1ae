import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expectRightEnd } from './apple-life-checks.ts';
import { creation, lifeStep, type Content, type LifeStep } from './apple-life-steps.ts';
import { beginLife, type LifeKind } from './apple-life.ts';
import type { TestServer } from './server.ts';

const first = { who: 0 } as const;
const settings = { Required: true, cameraBlocked: true };
const contentOf = (profile: Partial<Content['profile']>): Content => ({
  settings,
  profile: { name: 'a', mark: 1, keepsUuid: true, isForUsers: false, isWrong: false, ...profile },
});
const create = (slot: number, profile: Partial<Content['profile']> = {}): LifeStep => ({
  do: 'create',
  slot,
  content: contentOf(profile),
  isAssigned: true,
});
const patch = (slot: number, profile: Partial<Content['profile']>): LifeStep => ({
  do: 'patch',
  slot,
  content: contentOf(profile),
  ...first,
});
const unassign = (slot: number): LifeStep => ({ do: 'unassign', slot });
const wait = (hours: number): LifeStep => ({ do: 'wait', hours });
const fail = (requestType: string, times: number, isMalformed = false): LifeStep => ({
  do: 'fail',
  requestType,
  times,
  isMalformed,
  ...first,
});
const checkIn: LifeStep = { do: 'checkIn', ...first };
const userCheckIn: LifeStep = { do: 'userCheckIn', ...first };
const repeat: LifeStep = { do: 'repeat', times: 3, ...first };
const update: LifeStep = { do: 'update', ...first };
const fullReport: LifeStep = { do: 'fullReport', ...first };
const setUpOld: LifeStep = { do: 'setUpAnew', isOld: true, isSupervised: true, ...first };
const lose = (what: 'request' | 'answer', after: number): LifeStep => ({ do: 'lose', what, after, ...first });
const given = [create(0), create(2), checkIn];
const refusedForDays = [1, 6, 24].flatMap((hours) => [wait(hours), checkIn]);

/** What random steps rarely come to. */
const rare: readonly LifeStep[][] = [
  [
    ...given,
    unassign(0),
    unassign(2),
    fail('RemoveProfile', 1),
    fail('DeclarativeManagement', 1),
    repeat,
    checkIn,
  ],
  // The profile that is declared cannot be downloaded.
  [create(0), create(2), lose('request', 10), checkIn],
  [create(0), create(2), lose('answer', 11), checkIn],
  [
    ...given,
    fail('DeclarativeManagement', 4),
    patch(2, { mark: 2 }),
    checkIn,
    ...refusedForDays,
    unassign(2),
  ],
  [...given, fail('DeclarativeManagement', 2, true), patch(2, { mark: 2 }), checkIn, fullReport, checkIn],
  [
    setUpOld,
    ...given,
    checkIn,
    update,
    wait(25),
    checkIn,
    lose('request', 10),
    patch(2, { mark: 2 }),
    checkIn,
  ],
  [...given, patch(2, { isWrong: true }), checkIn, wait(1), checkIn, patch(2, { mark: 3 }), checkIn],
  [
    { do: 'signIn', user: 0, ...first },
    create(2),
    create(3, { mark: 2, isForUsers: true }),
    checkIn,
    userCheckIn,
    unassign(2),
    userCheckIn,
  ],
  [...given, { do: 'retire', ...first }, lose('answer', 1), checkIn, { do: 'enrollAgain', ...first }],
];

/** Whatever happens to one or two devices of a kind, in the end they have what they shall have. `PROPERTY_RUNS` sets how often it is tried. */
export async function expectRightLives(server: TestServer, kind: LifeKind): Promise<void> {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 }),
      // Some policies are there at first, so that there is something to lose.
      fc.array(creation, { minLength: 2, maxLength: 4 }),
      fc.array(lifeStep, { minLength: 6, maxLength: 25 }),
      async (size, policies, steps) => {
        const life = await beginLife(server, `${kind}-${++count}`.toLowerCase(), kind, size);
        for (const step of [...policies, checkIn, ...steps]) await life.take(step);
        await life.settle();
        await expectRightEnd(life);
      },
    ),
    {
      numRuns: Number(process.env['PROPERTY_RUNS'] ?? 16),
      seed: randomInt(2 ** 31),
      endOnFailure: true,
      examples: rare.map((steps) => [1, [], steps]),
    },
  );
}
