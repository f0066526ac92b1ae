import type { OrderName, PolicyContent, Step } from './windows-life-steps.ts';

const checkIn: Step = { do: 'checkIn' };
const created = (content: PolicyContent, slot = 0): Step => ({
  do: 'create',
  slot,
  content,
  isAssigned: true,
  strength: 5,
});
const changed = (content: PolicyContent, slot = 0): Step => ({ do: 'patch', slot, content });
const ordered = (order: OrderName): Step => ({ do: 'order', order });
const lost = (what: 'request' | 'answer', after: number): Step => ({ do: 'lose', what, after });
const enrollAgain: Step = { do: 'enrollAgain' };
const replay: Step = { do: 'replay' };

const rule = { ruleName: 'one', ruleProtocol: '6', ruleDirection: 'IN' };
const ofAdmx = '<disabled/>';

/** What random steps rarely come to. */
export const rareLives: readonly (readonly Step[])[] = [
  // The message with the answer to an order is the second, or the third after a challenge.
  ...[1, 2].flatMap((after) => [
    [
      // What cannot be seen is told again where nobody knows whether the PC was set up anew.
      created({ hasAdmx: true, ofAdmx, unreadable: 'a', camera: '0' }),
      checkIn,
      ordered('resetForNextUser'),
      lost('request', after),
      checkIn,
    ],
    [ordered('wipe'), lost('request', after), checkIn, enrollAgain, checkIn],
    [ordered('retire'), lost('request', after), checkIn, enrollAgain, checkIn],
    [ordered('rawRestart'), lost('request', after), checkIn, replay, checkIn],
    [ordered('restart'), lost('answer', after), checkIn, replay, checkIn, ordered('rawSet')],
  ]),
  // Something is in the way of reading.
  [{ do: 'fail', node: 'camera', status: 500, verbs: ['Get'], times: 1 }, created({ camera: '0' }), checkIn],
  [
    created({ ofUser: '0', camera: '0' }),
    checkIn,
    { do: 'fail', node: 'ofUser', status: 404, verbs: ['Get'], times: 1 },
    { do: 'wait', hours: 26 },
    checkIn,
    { do: 'change', node: 'ofUser', how: 'set' },
  ],
  // And of removing.
  [
    created({ camera: '0', ...rule, certificate: 'AAAA' }),
    checkIn,
    { do: 'fail', node: 'camera', status: 500, verbs: ['Delete'], times: 3 },
    { do: 'delete', slot: 0 },
    lost('answer', 1),
    checkIn,
  ],
  // A part of what is one piece comes, goes, and fails.
  [created(rule), checkIn, changed({ ruleName: 'two' }), lost('answer', 1), checkIn],
  [
    created({ ruleName: 'one' }),
    checkIn,
    created({ ...rule, ruleName: 'two' }, 1),
    { do: 'fail', node: 'ruleProtocol', status: 418, verbs: ['Add'], times: 2 },
    checkIn,
    { do: 'change', node: 'ruleDirection', how: 'remove' },
    { do: 'unassign', slot: 0 },
  ],
  // The file goes and comes; what it brings was sent before it came.
  [created({ ofAdmx }), checkIn, { do: 'wait', hours: 80 }, checkIn, created({ hasAdmx: true }, 1), checkIn],
  [
    created({ ofAdmx, hasAdmx: true }),
    checkIn,
    changed({ ofAdmx }),
    lost('answer', 1),
    checkIn,
    changed({ ofAdmx, hasAdmx: true }),
  ],
  // The package cannot be fetched.
  [created({ hasApplication: true }), lost('request', 2), checkIn, checkIn, { do: 'unassign', slot: 0 }],
  // The user signs out before what he has can go.
  [
    created({ ofUser: '1' }),
    checkIn,
    { do: 'signIn', who: 'none' },
    { do: 'delete', slot: 0 },
    checkIn,
    ordered('rawOfUser'),
    checkIn,
  ],
  // Something else is wanted while an answer is on its way.
  [
    created({ camera: '0', undeletable: '1' }),
    { do: 'during', after: 1, change: { do: 'patch', slot: 0, content: { camera: '1' } } },
    checkIn,
    { do: 'during', after: 1, change: { do: 'unassign', slot: 0 } },
    { do: 'wait', hours: 26 },
    checkIn,
  ],
];
