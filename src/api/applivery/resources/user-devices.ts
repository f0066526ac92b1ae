import { Type, type Static } from 'typebox';
import type { DeviceCounts } from '../../../devices/index.ts';

const Count = Type.Integer({ minimum: 0 });
const EnrollmentTokens = Type.Object({ DONE: Count, PENDING: Count, EXPIRED: Count, DELETED: Count });
const OfPlatform = Type.Object({ devices: Count, enrollmentTokens: EnrollmentTokens });

/** What an MDM user's answer says of its devices and enrolment tokens. */
export const userDeviceFields = {
  android: Type.Object({
    devices: Type.Object({ MANAGEMENT_MODE_UNSPECIFIED: Count, DEVICE_OWNER: Count, PROFILE_OWNER: Count }),
    enrollmentTokens: EnrollmentTokens,
  }),
  apple: OfPlatform,
  windows: OfPlatform,
  inferredSegmentIds: Type.Array(Type.Integer(), {
    description: 'Always empty: no segments are inferred for users',
  }),
};

const UserDevices = Type.Object(userDeviceFields);

const noTokens = { DONE: 0, PENDING: 0, EXPIRED: 0, DELETED: 0 };

/** There are neither Android devices nor enrolment tokens, so their counts are zero. */
export function userDevicesOf({ windows, apple }: DeviceCounts): Static<typeof UserDevices> {
  return {
    android: {
      devices: { MANAGEMENT_MODE_UNSPECIFIED: 0, DEVICE_OWNER: 0, PROFILE_OWNER: 0 },
      enrollmentTokens: noTokens,
    },
    apple: { devices: apple, enrollmentTokens: noTokens },
    windows: { devices: windows, enrollmentTokens: noTokens },
    inferredSegmentIds: [],
  };
}
