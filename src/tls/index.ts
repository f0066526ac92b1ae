export { filesCertificate, type FilesCertificate } from './files-certificate.ts';
export { serverCertificate, type ServerCertificate } from './server-certificate.ts';
