import type { CspNode } from '../node.ts';

/**
 * Where every policy is: one that no list has yet, or one that an ADMX file brings. What it takes cannot be told from here.
 * @see https://learn.microsoft.com/windows/client-management/mdm/policy-configuration-service-provider
 */
export const anyPolicy: readonly CspNode[] = ['./Device', './User'].map((root) => ({
  path: `${root}/Vendor/MSFT/Policy/Config/{AreaName}/{PolicyName}`,
  format: 'null',
  access: ['Add', 'Delete', 'Get', 'Replace'],
}));
