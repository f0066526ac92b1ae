export { pushCertificateMigrations } from './migrations/index.ts';
export { newSigningRequest, signingRequest, type ReadThenChange } from './signing-requests.ts';
export {
  getPushCertificate,
  loadPushCertificates,
  pushCredentials,
  type PushCredentials,
  type StoredPushCertificate,
} from './stored-certificate.ts';
export { uploadPushCertificate, type PushCertificateChange } from './upload.ts';
