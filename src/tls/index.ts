export { filesCertificate } from './files-certificate.ts';
export { serverCertificate } from './server-certificate.ts';
