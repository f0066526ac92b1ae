export { deliveriesOf, forgetDeliveries, lockDelivery, noDocument, saveDelivery } from './deliveries.ts';
export { idleCalls } from './idle-calls.ts';
export { resumeWaking, wakeTask, type PushOutcome, type PushWakes } from './wake-devices.ts';
export { deliveredProgress } from './delivered-progress.ts';
export { digestOfValue, nothingDelivered, type DeliveredItem, type Delivery } from './delivery.ts';
