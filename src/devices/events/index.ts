export { listEvents, recordEvents, type DeviceEvent } from './events.ts';
export { removeOldEvents } from './remove-old-events.ts';
export { eventMigrations } from './migrations/index.ts';
