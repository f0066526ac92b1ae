export {
  entraTextLimit,
  getEntraConfiguration,
  loadEntraConfigurations,
  putEntraConfiguration,
  revealEntraCredentials,
  type EntraConfiguration,
} from './entra-configuration.ts';
export { keepVerdict } from './keep-verdict.ts';
export { complianceMigrations } from './migrations/index.ts';
export {
  newPartner,
  partnerStates,
  type Partner,
  type PartnerAssignment,
  type PartnerProperties,
} from './partner.ts';
export {
  createPartner,
  listPartners,
  loadPartners,
  removePartner,
  requirePartner,
  updatePartner,
} from './partners.ts';
