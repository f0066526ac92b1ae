export {
  entraTextLimit,
  getEntraConfiguration,
  putEntraConfiguration,
  revealEntraCredentials,
  type EntraConfiguration,
} from './entra-configuration.ts';
export { complianceMigrations } from './migrations/index.ts';
export {
  newPartner,
  partnerStates,
  type Partner,
  type PartnerAssignment,
  type PartnerProperties,
} from './partner.ts';
export { createPartner, listPartners, removePartner, requirePartner, updatePartner } from './partners.ts';
