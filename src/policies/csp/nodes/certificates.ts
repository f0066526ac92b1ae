import { below, of, provider, reported, unit, type NodeFacts } from '../declare.ts';

const ofCertificate: Readonly<Record<string, NodeFacts>> = {
  '{CertHash}': unit({ access: 'ADG' }),
  '{CertHash}/EncodedCertificate': of('b64', { access: 'AGR' }),
  '{CertHash}/IssuedBy': reported(),
  '{CertHash}/IssuedTo': reported(),
  '{CertHash}/TemplateName': reported(),
  '{CertHash}/ValidFrom': reported(),
  '{CertHash}/ValidTo': reported(),
};

/**
 * Certificates of authorities. One cannot be taken back but with the node of its hash.
 * @see https://learn.microsoft.com/windows/client-management/mdm/rootcacertificates-csp
 */
export const certificates = provider(
  'RootCATrustedCertificates',
  below(['Root', 'CA', 'TrustedPublisher', 'TrustedPeople', 'UntrustedCertificates'], ofCertificate),
  'both',
);
