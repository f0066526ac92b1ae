export { listEvents, recordEvents, type DeviceEvent } from './events.ts';
export { eventMigrations } from './migrations/index.ts';
