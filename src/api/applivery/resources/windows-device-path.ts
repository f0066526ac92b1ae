import { Type } from 'typebox';

export const WindowsDevicePath = Type.Object({
  winDeviceId: Type.String({
    pattern: '^(([a-fA-F0-9]{24})|(\\w{1,}))$',
    description: 'Id, IMEI or serial number. Deleted devices have only their id.',
  }),
});
