export {
  authorityCertificate,
  certificateAuthority,
  findAuthority,
  type CertificateAuthority,
} from './authority.ts';
export { readCertificateRequest } from './certificate-request.ts';
export {
  findCertificateFor,
  fingerprintOfKey,
  issueCertificate,
  lockCertificate,
  organizationOfCertificate,
  type IssuedCertificate,
} from './issue-certificate.ts';
export { authorityBelowRoot, type AuthorityBelowRoot } from './root.ts';
export { revokeCertificate } from './revoke-certificate.ts';
export { certificateAuthorityMigrations } from './migrations/index.ts';
