import { createHash, type KeyObject, type X509Certificate } from 'node:crypto';
import { nameOf, type Identity, type KeyPair } from '../pki/asn1.ts';
import { issueCertificate } from '../pki/certificates.ts';
import { escapeXml } from './xml/write-xml.ts';

/** Two authorities, the second under the first, for the certificates of devices. */
export interface ReferenceAuthority {
  readonly root: Identity;
  readonly intermediate: Identity;
  issue(publicKey: KeyObject, commonName: string): X509Certificate;
}

export function referenceAuthority(
  [rootKeys, keys]: readonly [KeyPair, KeyPair],
  random: (size: number) => Buffer,
): ReferenceAuthority {
  const years = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') };
  const rootName = nameOf('Reference root');
  const name = nameOf('Reference devices');
  const signedByRoot = {
    issuer: rootName,
    issuerKey: rootKeys.privateKey,
    random,
    use: 'authority',
    ...years,
  } as const;
  const root = issueCertificate({ ...signedByRoot, subject: rootName, publicKey: rootKeys.publicKey });
  const intermediate = issueCertificate({ ...signedByRoot, subject: name, publicKey: keys.publicKey });
  return {
    root: { certificate: root, key: rootKeys.privateKey },
    intermediate: { certificate: intermediate, key: keys.privateKey },
    issue: (publicKey, commonName) =>
      issueCertificate({
        issuer: name,
        issuerKey: keys.privateKey,
        subject: nameOf(commonName),
        publicKey,
        notBefore: new Date('2026-03-01T12:00:00Z'),
        notAfter: new Date('2027-03-01'),
        random,
        use: 'client',
      }),
  };
}

interface DocumentContent {
  readonly authority: ReferenceAuthority;
  readonly own: X509Certificate;
  readonly commonName: string;
  readonly store: 'User' | 'System';
  readonly managementUrl: string;
  readonly account: { readonly name: string; readonly secret: string; readonly nonce: Buffer };
}

/** A document as section by section the documentation has it, to be changed by what a test replaces in it. */
export function provisioningDocument(content: DocumentContent): string {
  const { authority, own, commonName, store, managementUrl, account } = content;
  const certificate = ({ raw }: X509Certificate) =>
    `<characteristic type="${createHash('sha1').update(raw).digest('hex').toUpperCase()}"><parm name="EncodedCertificate" value="${raw.toString('base64')}"/></characteristic>`;
  const nonce = account.nonce.toString('base64');
  const search = escapeXml(`Subject=${encodeURIComponent(`CN=${commonName}`)}&Stores=My%5C${store}`);
  return `<wap-provisioningdoc version="1.1"><characteristic type="CertificateStore">
<characteristic type="Root"><characteristic type="System">${certificate(authority.root.certificate)}</characteristic></characteristic>
<characteristic type="CA"><characteristic type="System">${certificate(authority.intermediate.certificate)}</characteristic></characteristic>
<characteristic type="My"><characteristic type="${store}">${certificate(own)}<characteristic type="PrivateKeyContainer"/></characteristic>
<characteristic type="WSTEP"><characteristic type="Renew"><parm name="ROBOSupport" value="true" datatype="boolean"/><parm name="RenewPeriod" value="60" datatype="integer"/></characteristic></characteristic></characteristic></characteristic>
<characteristic type="APPLICATION"><parm name="APPID" value="w7"/><parm name="PROVIDER-ID" value="Reference"/><parm name="NAME" value="Reference"/><parm name="ADDR" value="${managementUrl}"/><parm name="CONNRETRYFREQ" value="6"/><parm name="BACKCOMPATRETRYDISABLED"/><parm name="DEFAULTENCODING" value="application/vnd.syncml.dm+xml"/><parm name="SSLCLIENTCERTSEARCHCRITERIA" value="${search}"/>
<characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="CLIENT"/><parm name="AAUTHTYPE" value="DIGEST"/><parm name="AAUTHSECRET" value="of the server"/><parm name="AAUTHDATA" value="${nonce}"/></characteristic>
<characteristic type="APPAUTH"><parm name="AAUTHLEVEL" value="APPSRV"/><parm name="AAUTHTYPE" value="DIGEST"/><parm name="AAUTHNAME" value="${account.name}"/><parm name="AAUTHSECRET" value="${account.secret}"/><parm name="AAUTHDATA" value="${nonce}"/></characteristic></characteristic>
<characteristic type="DMClient"><characteristic type="Provider"><characteristic type="Reference"><characteristic type="Poll"><parm name="NumberOfFirstRetries" value="8" datatype="integer"/><parm name="PollOnLogin" value="true" datatype="boolean"/></characteristic><parm name="EntDMID" value="entity-1" datatype="string"/></characteristic></characteristic></characteristic></wap-provisioningdoc>`;
}
