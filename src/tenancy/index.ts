export {
  accessTokenLifetime,
  accessTokens,
  graphAudiences,
  issuerOf,
  type AccessTokens,
} from './access-tokens.ts';
export {
  checkClientSecret,
  createApplication,
  listApplications,
  removeApplication,
  type Application,
} from './applications.ts';
export { audit, listAuditEvents, type AuditEvent } from './audit.ts';
export { authenticator, type Authenticator, type Caller } from './authenticate.ts';
export { bootstrap, checkSecretKey, type FirstCredentials } from './bootstrap.ts';
export { change, deviceScope, operatorScope, type ChangeServices } from './change.ts';
export { tenancyMigrations } from './migrations/index.ts';
export {
  createOrganization,
  findOrganization,
  findTenant,
  listOrganizations,
  organizationById,
  renameOrganization,
} from './organizations.ts';
export { allPermissions, isPermission, permissions, type Permission } from './permissions.ts';
export { plans } from './plans.ts';
export {
  nothingTouched,
  requireFeature,
  type ListPart,
  type Organization,
  type ReadContext,
  type Scope,
  type Touched,
  type WriteContext,
} from './scope.ts';
export { secretBox, type SecretBox } from './secret-box.ts';
export { createToken, listTokens, newTokenText, revokeToken, type Token } from './service-accounts.ts';
export { signingKeys, type SigningKeys } from './signing-keys.ts';
