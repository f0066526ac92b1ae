import { createHash } from 'node:crypto';

/**
 * What a device is told because of what it shall have and has, and not because somebody gave the order. It is worked out when the device
 * calls, so nothing is queued; its `CommandUUID` says what it is, so that its result finds its place.
 */
export type ComputedCommand =
  | { readonly kind: 'install'; readonly item: string; readonly version: string }
  | { readonly kind: 'remove'; readonly item: string; readonly version: string }
  /** Which profiles the device has; `state` stands for what it is thought to have. */
  | { readonly kind: 'verify'; readonly state: string }
  /** A part of the inventory, of the round that began at a moment (Unix milliseconds). */
  | { readonly kind: 'inventory'; readonly part: string; readonly round: number }
  /** That there are other declarations. */
  | { readonly kind: 'declare'; readonly token: string }
  /** That Setup Assistant may go on. */
  | { readonly kind: 'configured'; readonly round: number }
  /** A new certificate in the place of one that ends. */
  | { readonly kind: 'renew'; readonly certificate: string }
  /** That the management ends. */
  | { readonly kind: 'leave' };

/** The longest that devices are known to take is 127 characters. */
export function commandUuid(command: ComputedCommand): string {
  switch (command.kind) {
    case 'install':
    case 'remove':
      return `${command.kind}.${shortHash(command.item)}.${shortHash(command.version)}`;
    case 'verify':
      return `verify.${shortHash(command.state)}`;
    case 'inventory':
      return `inventory.${command.part}.${command.round}`;
    case 'declare':
      return `declare.${shortHash(command.token)}`;
    case 'configured':
      return `configured.${command.round}`;
    case 'renew':
      return `renew.${shortHash(command.certificate)}`;
    case 'leave':
      return 'leave';
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}
