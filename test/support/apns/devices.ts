import type { Clock } from '../../../src/kernel/clock.ts';
import type { Push } from './read-push.ts';
import type { ApnsReason } from './reasons.ts';

type OnPush = (push: Push) => void;

/** A device's side of APNs. */
export interface ApnsDevice {
  /** Lower-case hex. */
  readonly token: string;
  /**
   * Connects the device: it gets the push that waits for it, if it is still in date, and from now on each push at once. The newest
   * connection of a token wins: those before it get nothing more.
   */
  connect(onPush: OnPush): { disconnect(): void };
  /** The push that waits for the device to connect. */
  pending(): Push | undefined;
  /** The device takes no more pushes under this token: it was erased, or the profile was removed. */
  unregister(): void;
}

interface Mailbox {
  readonly topic: string;
  connection: OnPush | undefined;
  pending: Push | undefined;
  unregisteredAt: Date | undefined;
}

/** Stores and forwards pushes as APNs does: for each token the newest one, delivered at most once. */
export function mailboxes(clock: Clock) {
  const boxes = new Map<string, Mailbox>();
  const isInDate = ({ expiration }: Push) => expiration !== undefined && expiration > clock();

  return {
    /** Gives a device this token. A token that was unregistered becomes good again. */
    register(token: string, topic: string): ApnsDevice {
      const known = boxes.get(token);
      const box: Mailbox =
        known?.topic === topic
          ? known
          : { topic, connection: undefined, pending: undefined, unregisteredAt: undefined };
      box.unregisteredAt = undefined;
      boxes.set(token, box);
      return {
        token,
        connect(onPush) {
          // Of its own even where the same function connects twice.
          const connection: OnPush = (push) => onPush(push);
          box.connection = connection;
          const { pending } = box;
          box.pending = undefined;
          if (pending && isInDate(pending)) connection(pending);
          return {
            disconnect() {
              if (box.connection === connection) box.connection = undefined;
            },
          };
        },
        pending: () => (box.pending && isInDate(box.pending) ? box.pending : undefined),
        unregister() {
          box.unregisteredAt = clock();
          box.pending = undefined;
        },
      };
    },
    /** Takes a push, or tells why not. */
    accept(push: Push): 'accepted' | { readonly reason: ApnsReason; readonly timestamp?: Date } {
      const box = boxes.get(push.token);
      if (!box) return { reason: 'BadDeviceToken' };
      if (box.topic !== push.topic) return { reason: 'DeviceTokenNotForTopic' };
      if (box.unregisteredAt) return { reason: 'Unregistered', timestamp: box.unregisteredAt };
      box.pending = undefined;
      if (box.connection) box.connection(push);
      else if (isInDate(push)) box.pending = push;
      return 'accepted';
    },
  };
}
