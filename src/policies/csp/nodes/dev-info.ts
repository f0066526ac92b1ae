import { each, nodesBelow, reported } from '../declare.ts';

/**
 * What a device says of itself in each session.
 * @see https://learn.microsoft.com/windows/client-management/mdm/devinfo-csp
 */
export const devInfo = nodesBelow('./DevInfo', each(['DevId', 'DmV', 'Lang', 'Man', 'Mod'], reported()));
