import type { Platform } from '../../devices/index.ts';
import type { Json } from '../../kernel/json.ts';
import type { CombineRule } from './combine.ts';

export type { Platform };

/** What a kind of policy is made for. Macs and iPhones are one platform with other keys and other limits. */
export type System = 'windows' | 'macOS' | 'iOS';

/** One thing that a policy wants of a device. */
export interface Setting {
  readonly platform: Platform;
  /**
   * What makes two policies speak of the same thing. Windows: the node's path in lower case (see `normaliseLocUri`), or the part of the
   * policy and the id in it, such as `application/…`. Apple: `payloadType/key`, or `profile/` and the identifier of a whole profile.
   */
  readonly key: string;
  /** For people. */
  readonly title: string;
  readonly value: Json;
  /** What becomes of two values when neither policy is stronger. */
  readonly combine: CombineRule;
  /** Windows nodes only: the path in its one way, with its letters as the policy writes them. */
  readonly locUri?: string;
  /** What the policy's document calls it, where that cannot be told from the key. */
  readonly written?: string;
}

/** Why something that a policy says reaches no device, or not as it is written. */
export type NotApplicableReason =
  /** It is looked at in reports and never enforced. */
  | 'reportedOnly'
  /** No profile can hold it; a management command sets it. */
  | 'setByCommand'
  /** Nothing that the platform publishes says how to set it. */
  | 'noKnownKey'
  /** The platform ignores it, or does it anyway. */
  | 'hasNoEffect'
  /** Another property of the policy switches it off. */
  | 'switchedOff'
  /** It counts only together with another property, which says nothing. */
  | 'needsAnother'
  /** The platform does not take the value. */
  | 'outOfRange'
  /** The platform does not take so much; its limit is used. */
  | 'limited'
  /** The policy says it twice; the first counts. */
  | 'saidTwice'
  /** It is not what it should be, such as broken Base64. */
  | 'unreadable'
  /** It is read from devices and not set. */
  | 'readOnly'
  /** It says which devices to leave out, and that is not looked at. */
  | 'notEvaluated'
  /** Of a kind or property that this version does not know. */
  | 'unknown'
  /** The policy is for another operating system than the device's. */
  | 'otherSystem'
  /** What operating system the device runs is not known, or not one that policies can be delivered to. */
  | 'unknownSystem'
  /** A group that the device's user is in is excluded. */
  | 'excluded'
  /** The assignment has a filter, which is not evaluated yet. */
  | 'hasFilter';

/** Something of a policy that does not reach devices as it is written. */
export interface NotApplicable {
  /** Its place in the document, such as `omaSettings[2]`; null for the whole policy. */
  readonly property: string | null;
  readonly value: Json;
  readonly reason: NotApplicableReason;
  /** For people. */
  readonly message: string;
}
