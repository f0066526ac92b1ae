import { Type } from 'typebox';

export const WindowsDevicePath = Type.Object({
  winDeviceId: Type.String({
    pattern: '^(([a-fA-F0-9]{24})|(\\w{1,}))$',
    'x-takes': 'an id of 24 hexadecimal digits, a serial number or an IMEI',
    description: 'Id, IMEI or serial number. Deleted devices have only their id.',
  }),
});
