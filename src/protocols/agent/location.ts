import { Type } from 'typebox';
import { keepReport, leastSecondsBetweenReports } from '../../devices/agents/index.ts';
import { saveAgentLocation } from '../../devices/index.ts';
import { lockAgentDevice } from './lock-agent-device.ts';
import { Moment, readMoment } from './moment.ts';
import { operation } from './operation.ts';
import { requireDuty } from './required-duty.ts';

export const location = operation({
  name: 'createLocation',
  method: 'POST',
  url: '/location',
  summary: 'Tell where the device is',
  description: `Only where \`agent-config\` asks for it, else 403; at most every ${leastSecondsBetweenReports} seconds, else 429 with \`Retry-After\`. What is older than what is known is kept, and does not become the last known place.`,
  body: Type.Object({
    at: Moment("When it was there, by the device's clock"),
    latitude: Type.Number({ minimum: -90, maximum: 90, description: 'Degrees (WGS 84), north is positive' }),
    longitude: Type.Number({
      minimum: -180,
      maximum: 180,
      description: 'Degrees (WGS 84), east is positive',
    }),
    accuracy: Type.Optional(Type.Number({ minimum: 0, maximum: 40_000_000, description: 'Metres' })),
  }),
  data: Type.Object({ status: Type.Literal('recorded') }),
  async handle(call) {
    const { at: text, latitude, longitude, accuracy } = call.body;
    const at = readMoment(text, 'at', call.now);
    await requireDuty(call, 'location');
    await call.change(async (context) => {
      const device = await lockAgentDevice(context, call.agent);
      const content = { latitude, longitude, ...(accuracy !== undefined && { accuracy }) };
      await keepReport(context, device.id, 'location', { at, content });
      const known = device.lastLocation.agent;
      if (known && new Date(known.date) > at) return;
      await saveAgentLocation(context, device, {
        origin: 'agent',
        date: at.toISOString(),
        latitude,
        longitude,
        lastReportDate: context.now.toISOString(),
      });
    });
    return { data: { status: 'recorded' as const } };
  },
});
