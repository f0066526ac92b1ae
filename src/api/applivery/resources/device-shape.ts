import { Type, type Static } from 'typebox';
import { deviceStates, deviceSubTypes, type Device } from '../../../devices/index.ts';
import type { JsonObject } from '../../../kernel/json.ts';
import { hex, HexId, Timestamp } from '../shapes.ts';

export const FreeMap = (description: string) => Type.Unsafe<JsonObject>({ type: 'object', description });
const Text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));

export const DeviceState = Type.Enum([...deviceStates]);
export const DeviceSubType = Type.Enum([...deviceSubTypes]);
export const MdmUser = Type.Object({ id: HexId('MDM user'), email: Type.String({ maxLength: 128 }) });
export const Tag = Type.String({ minLength: 1, maxLength: 128 });

export const DeviceSummary = Type.Object({
  name: Text(256),
  osVersion: Text(128),
  osVersionName: Text(128),
  os: Text(128),
  serialNumber: Text(128),
  imei: Text(128),
  battery: Text(128),
  expirationTimestamp: Type.Optional(Timestamp('When the management of the device ends')),
  supervised: Type.Optional(Type.Boolean()),
  image: Text(2048),
  compliance: Type.Optional(
    Type.Object({ compliant: Type.Boolean(), lastCheck: Type.Optional(Timestamp('Last check')) }),
  ),
});

const LocationAnswer = Type.Object({
  origin: Type.String(),
  date: Timestamp('When the device was there'),
  latitude: Type.Number(),
  longitude: Type.Number(),
  ip: Type.Optional(Type.String()),
  lastReportDate: Type.Optional(Timestamp('Last report')),
  address: Type.Optional(
    Type.Object({
      address: Type.Optional(Type.String()),
      number: Type.Optional(Type.String()),
      postalCode: Type.Optional(Type.String()),
      city: Type.Optional(Type.String()),
      country: Type.Optional(Type.String()),
    }),
  ),
});

/** What devices of every platform answer. */
export const DeviceProperties = {
  mdmUser: Type.Optional(MdmUser),
  displayName: Type.Optional(Type.String({ maxLength: 128 })),
  tags: Type.Array(Type.String()),
  state: DeviceState,
  subType: DeviceSubType,
  stateHistory: Type.Array(
    Type.Object({
      state: DeviceState,
      date: Timestamp('Since when'),
      config: Type.Object({ reason: Type.Optional(Type.String()) }),
    }),
  ),
  configDates: Type.Record(Type.String(), Timestamp('When this part was reported')),
  customConfig: FreeMap('Free properties'),
  summary: DeviceSummary,
  lastStatusReportTime: Type.Optional(Timestamp('Last report')),
  lastLocation: Type.Object({
    agent: Type.Optional(LocationAnswer),
    ip: Type.Optional(LocationAnswer),
  }),
  refreshInfoNeeded: Type.Array(Type.String()),
  segmentId: Type.Integer({ description: 'Segment that the device belongs to; 0 is the root' }),
  enrolledDate: Type.Optional(Timestamp('Enrolment')),
  updatedAt: Timestamp('Last change'),
  createdAt: Timestamp('Creation'),
};

export function devicePropertiesOf(device: Device) {
  return {
    ...(device.user && { mdmUser: mdmUserOf(device.user) }),
    ...(device.displayName !== null && { displayName: device.displayName }),
    tags: [...device.tags],
    state: device.state,
    subType: device.subType,
    stateHistory: [...device.stateHistory],
    configDates: device.configDates,
    customConfig: device.customConfig,
    summary: summaryOf(device),
    ...(device.lastStatusReportAt && { lastStatusReportTime: device.lastStatusReportAt.toISOString() }),
    lastLocation: device.lastLocation,
    refreshInfoNeeded: [...device.refreshInfoNeeded],
    segmentId: device.segment,
    ...(device.enrolledAt && { enrolledDate: device.enrolledAt.toISOString() }),
    updatedAt: device.updatedAt.toISOString(),
    createdAt: device.createdAt.toISOString(),
  };
}

export function mdmUserOf({ id, email }: NonNullable<Device['user']>): Static<typeof MdmUser> {
  return { id: hex(id), email };
}

export function summaryOf({ summary, serialNumber, imei }: Device): Static<typeof DeviceSummary> {
  return {
    // The details are not Applivery's.
    ...Object.fromEntries(Object.entries(summary).filter(([name]) => name !== 'details')),
    ...(serialNumber !== null && { serialNumber }),
    ...(imei !== null && { imei }),
  };
}
