export { deliveriesOf, forgetDeliveries, lockDelivery, noDocument, saveDelivery } from './deliveries.ts';
export { idleCalls } from './idle-calls.ts';
export { idleSessions, type CertifiedCall, type IdleSession } from './idle-sessions.ts';
export { resumeWaking, wakeTask, type PushOutcome, type PushWakes } from './wake-devices.ts';
export { deliveredProgress } from './delivered-progress.ts';
export { digestOfValue, nothingDelivered, retriedAt, type DeliveredItem, type Delivery } from './delivery.ts';
export { leftOn, type LeftSetting } from './left-settings.ts';
