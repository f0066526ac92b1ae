import type { Progress, Setting } from '../engine/index.ts';
import { digestOfValue, type DeliveredItem, type Delivery } from './delivery.ts';

/**
 * How far settings have come on a device to which they are delivered. `waiting` says, for people, what the device must do so that what was
 * not sent yet is.
 */
export function deliveredProgress(
  deliveries: readonly Delivery[],
  waiting: string,
): (setting: Setting) => Progress {
  const items = deliveries.flatMap((delivery) => Object.values(delivery.items));
  const putOff = deliveries.flatMap(({ notNow }) => Object.values(notNow))[0];
  const pending = putOff
    ? `The device said ${putOff.count === 1 ? 'once' : `${putOff.count} times`} since ${putOff.since} that it cannot now, as when it is locked. It will ask again by itself.`
    : waiting;
  return ({ key, value }) => {
    const carrying = items.filter(({ values, state }) => Object.hasOwn(values, key) && state !== 'removing');
    const digest = digestOfValue(value);
    const same = carrying.find(({ values }) => values[key] === digest);
    if (same) return { ...stateOf(same, pending), reported: reportedOf(same, value) };
    const reason = carrying.length > 0 ? `The device has an earlier value. ${pending}` : pending;
    return { state: 'pending', reason, reported: null };
  };
}

function stateOf(item: DeliveredItem, pending: string): Pick<Progress, 'state' | 'reason'> {
  switch (item.state) {
    case 'verified':
      return { state: 'verified', reason: null };
    case 'delivered':
      return { state: 'delivered', reason: 'The device took it, and has not confirmed that it has it.' };
    case 'error': {
      const again = item.retryAt === undefined ? '' : ` It is tried again from ${item.retryAt} on.`;
      return { state: 'error', reason: `${item.error ?? 'The device does not say why.'}${again}` };
    }
    default:
      return { state: 'pending', reason: `It was sent at ${item.at}, and no answer came yet. ${pending}` };
  }
}

/** A device that lists what carries a setting says that it has the setting. */
function reportedOf({ state, at }: DeliveredItem, value: Setting['value']): Progress['reported'] {
  return state === 'verified' ? { value, at: new Date(at) } : null;
}
