import type { Endpoint } from './endpoint.ts';

/** Every operation of the Applivery API. */
export const endpoints: readonly Endpoint[] = [];
