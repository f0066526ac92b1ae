export { openEnvelope, sealEnvelope, type RandomBytes } from './envelope.ts';
export { signatureReader, type SignatureReader } from './message-signature.ts';
export { isSignedBy, signContent, signerCertificate } from './signature.ts';
