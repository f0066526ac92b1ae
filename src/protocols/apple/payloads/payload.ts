/**
 * A payload type that policies have settings for. Which keys it has, and what a device needs for each, is known to the engine; all of them
 * belong to the device channel.
 */
export interface PayloadDefinition {
  readonly type: string;
  /** What people see in the list of profiles, in System Settings or Settings. */
  readonly displayName: string;
  /** Keys whose numbers are reals for Apple, even the whole ones. All other whole numbers are integers. */
  readonly reals?: readonly string[];
}
