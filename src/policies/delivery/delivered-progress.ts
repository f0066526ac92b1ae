import type { Progress, Setting } from '../engine/index.ts';
import { digestOfValue, type DeliveredItem, type Delivery } from './delivery.ts';

/**
 * How far settings have come on a device to which they are delivered. `waitingFor` says, for people, what must happen so that a setting that was
 * not sent yet is; `reportedOf` what the device says that it has of a setting, where it says that itself.
 */
export function deliveredProgress(
  deliveries: readonly Delivery[],
  waitingFor: (setting: Setting) => string,
  reportedOf?: (key: string) => Progress['reported'],
): (setting: Setting) => Progress {
  const items = deliveries.flatMap((delivery) => Object.values(delivery.items));
  const putOff = deliveries.flatMap(({ notNow }) => Object.values(notNow))[0];
  const cannotNow = putOff
    ? `The device said ${putOff.count === 1 ? 'once' : `${putOff.count} times`} since ${putOff.since} that it cannot now, as when it is locked. It will ask again by itself.`
    : undefined;
  const carriers = Map.groupBy(
    items.flatMap((item) => Object.keys(item.values).map((key) => ({ key, item }))),
    ({ key }) => key,
  );
  return (setting) => {
    const { key, value } = setting;
    const pending = cannotNow ?? waitingFor(setting);
    const carrying = (carriers.get(key) ?? []).map(({ item }) => item).filter(isCarrying);
    const digest = digestOfValue(value);
    const [same] = carrying
      .filter(({ values }) => values[key] === digest)
      .sort((left, right) => howFar.indexOf(left.state) - howFar.indexOf(right.state));
    if (same) {
      const reported = reportedOf ? reportedOf(key) : reportedBy(same, value);
      return { ...stateOf(same, pending), reported };
    }
    const hasEarlier = carrying.some(({ state }) => state !== 'notApplicable');
    const reason = hasEarlier ? `The device has an earlier value. ${pending}` : pending;
    return { state: 'pending', reason, reported: reportedOf?.(key) ?? null };
  };
}

/** What is the same for several users of a device is as far as it is for the last of them. */
const howFar: readonly DeliveredItem['state'][] = ['error', 'sent', 'delivered', 'notApplicable', 'verified'];

function isCarrying({ state }: DeliveredItem): boolean {
  return state !== 'removing' && state !== 'retained';
}

function stateOf(item: DeliveredItem, pending: string): Omit<Progress, 'reported'> {
  switch (item.state) {
    case 'verified':
      return { state: 'verified', reason: null };
    case 'delivered':
      return {
        state: 'delivered',
        isBelieved: item.isBelieved ?? false,
        reason: item.error ?? 'The device took it, and has not confirmed that it has it.',
      };
    case 'notApplicable':
      return { state: 'notApplicable', reason: item.error ?? null };
    case 'error': {
      const again = item.retryAt === undefined ? '' : ` It is tried again from ${item.retryAt} on.`;
      return { state: 'error', reason: `${item.error ?? 'The device does not say why.'}${again}` };
    }
    default:
      return { state: 'pending', reason: `It was sent at ${item.at}, and no answer came yet. ${pending}` };
  }
}

/** A device that lists what carries a setting says that it has the setting. */
function reportedBy({ state, at }: DeliveredItem, value: Setting['value']): Progress['reported'] {
  return state === 'verified' ? { value, at: new Date(at) } : null;
}
