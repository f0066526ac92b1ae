import { isSince, supports, type Since } from './configuration.ts';
import { activated, type Declaration } from './declaration.ts';
import type { DeviceFacts } from '../delivery/facts.ts';
import { ownIdentifier } from '../own-identifier.ts';

const type = 'com.apple.configuration.management.status-subscriptions';

const first: Since = { macOS: '13.0', iOS: '15.0' };

/** What is worth to be told of by itself: the state of the declarations, and what changes while a device is in use. */
const items: Readonly<Record<string, Since>> = {
  'device.identifier.serial-number': { macOS: '13.0', iOS: '16.0' },
  'device.identifier.udid': { macOS: '13.0', iOS: '16.0' },
  'device.model.family': first,
  'device.model.identifier': first,
  'device.model.marketing-name': first,
  'device.operating-system.build-version': first,
  'device.operating-system.supplemental.build-version': { macOS: '13.0', iOS: '16.1' },
  'device.operating-system.supplemental.extra-version': { macOS: '13.0', iOS: '16.1' },
  'device.operating-system.version': first,
  'diskmanagement.filevault.enabled': { macOS: '14.0' },
  'management.declarations': first,
  'passcode.is-compliant': { iOS: '16.0' },
  'passcode.is-present': { iOS: '16.0' },
  'softwareupdate.failure-reason': { macOS: '14.0', iOS: '17.0' },
  'softwareupdate.install-state': { macOS: '14.0', iOS: '17.0' },
  'softwareupdate.pending-version': { macOS: '14.0', iOS: '17.0' },
};

/**
 * The configuration by which a device reports these items whenever they change, with its activation; nothing for a device that does not know
 * it. Only what the device supports is asked for.
 * @see https://developer.apple.com/documentation/devicemanagement/managementstatussubscriptions
 */
export function statusSubscriptions(facts: DeviceFacts): readonly Declaration[] {
  if (!supports(facts, { type, since: first })) return [];
  const { statusItems } = facts;
  const wanted = Object.entries(items)
    .filter(([name, since]) => (statusItems ? statusItems.includes(name) : isSince(facts, since)))
    .map(([name]) => ({ Name: name }));
  if (wanted.length === 0) return [];
  return activated({
    type,
    identifier: ownIdentifier(facts.organizationHex, 'status-subscriptions'),
    payload: { StatusItems: wanted },
  });
}
