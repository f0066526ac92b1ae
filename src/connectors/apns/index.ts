export {
  apnsConnector,
  type ApnsConnector,
  type ApnsCredentials,
  type ApnsEvent,
  type ApnsLimits,
} from './connector.ts';
export type { WakeOutcome } from './outcome.ts';
export type { WakeTarget } from './push.ts';
export { retryAfter } from './retry-after.ts';
