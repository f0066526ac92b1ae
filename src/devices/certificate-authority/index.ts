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
  type IssuedCertificate,
} from './issue-certificate.ts';
export { revokeCertificate } from './revoke-certificate.ts';
export { certificateAuthorityMigrations } from './migrations/index.ts';
