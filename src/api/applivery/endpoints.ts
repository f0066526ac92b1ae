import type { Endpoint } from './endpoint.ts';
import { configurationsEndpoints } from './resources/configurations.ts';
import { organizationEndpoints } from './resources/organization.ts';
import { segmentsEndpoints } from './resources/segments.ts';
import { usersEndpoints } from './resources/users.ts';

/** Every operation of the Applivery API. */
export const endpoints: readonly Endpoint[] = [
  ...organizationEndpoints,
  ...segmentsEndpoints,
  ...usersEndpoints,
  ...configurationsEndpoints,
];
