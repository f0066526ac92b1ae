import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  sign,
  verify,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';
import { Attributes, CertificationRequest, CertificationRequestInfo } from '@peculiar/asn1-csr';
import {
  Attribute,
  CertificateChoices,
  CertificateSet,
  ContentInfo,
  DigestAlgorithmIdentifiers,
  EncapsulatedContent,
  EncapsulatedContentInfo,
  EncryptedContent,
  EncryptedContentInfo,
  EnvelopedData,
  id_data,
  id_envelopedData,
  id_signedData,
  IssuerAndSerialNumber,
  KeyTransRecipientInfo,
  RecipientIdentifier,
  RecipientInfo,
  RecipientInfos,
  SignedData,
  SignerIdentifier,
  SignerInfo,
  SignerInfos,
  UnprotectedAttributes,
} from '@peculiar/asn1-cms';
import {
  AsnConvert,
  AsnPrintableStringConverter,
  OctetString,
  AsnObjectIdentifierConverter,
} from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  Attribute as RequestAttribute,
  AttributeTypeAndValue,
  AttributeValue,
  Certificate,
  Name,
  RelativeDistinguishedName,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';

/** A certificate and its private key. */
export interface Identity {
  readonly certificate: X509Certificate;
  readonly key: KeyObject;
}

const oids = {
  challengePassword: '1.2.840.113549.1.9.7',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  rsaEncryption: '1.2.840.113549.1.1.1',
  sha256WithRsa: '1.2.840.113549.1.1.11',
  messageType: '2.16.840.1.113733.1.9.2',
  pkiStatus: '2.16.840.1.113733.1.9.3',
  failInfo: '2.16.840.1.113733.1.9.4',
  senderNonce: '2.16.840.1.113733.1.9.5',
  recipientNonce: '2.16.840.1.113733.1.9.6',
  transactionId: '2.16.840.1.113733.1.9.7',
} as const;

const digestOids = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

export const contentCiphers = {
  des: { oid: '1.3.14.3.2.7', name: 'des-ede3-cbc', key: 8, block: 8 },
  des3: { oid: '1.2.840.113549.3.7', name: 'des-ede3-cbc', key: 24, block: 8 },
  aes128: { oid: '2.16.840.1.101.3.4.1.2', name: 'aes-128-cbc', key: 16, block: 16 },
  aes256: { oid: '2.16.840.1.101.3.4.1.42', name: 'aes-256-cbc', key: 32, block: 16 },
} as const;

const asn1Null = new Uint8Array([5, 0]).buffer;

/** A certificate that somebody made for itself, as SCEP clients do for their first request. */
export function selfSigned(key: KeyObject, publicKey: KeyObject, commonName = 'MDM SCEP SIGNER'): Identity {
  const name = nameOf(commonName);
  const signatureAlgorithm = algorithm(oids.sha256WithRsa);
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: bufferOf(Buffer.from([1, ...randomBytes(7)])),
    signature: signatureAlgorithm,
    issuer: name,
    subject: name,
    validity: new Validity({ notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') }),
    subjectPublicKeyInfo: spkiOf(publicKey),
  });
  const signatureValue = bufferOf(sign('sha256', bytesOf(tbsCertificate), key));
  const certificate = new Certificate({ tbsCertificate, signatureAlgorithm, signatureValue });
  return { certificate: new X509Certificate(bytesOf(certificate)), key };
}

/** A PKCS#10 request as DER; signed by another key where one is given. */
export function certificateRequest(
  keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject },
  challenge: string | undefined,
  commonName = 'what the device wishes',
): Buffer {
  const attributes = new Attributes();
  if (challenge !== undefined) {
    const values = [AsnConvert.serialize(AsnPrintableStringConverter.toASN(challenge))];
    attributes.push(new RequestAttribute({ type: oids.challengePassword, values }));
  }
  const info = new CertificationRequestInfo({
    version: 0,
    subject: nameOf(commonName),
    subjectPKInfo: spkiOf(keys.publicKey),
    attributes,
  });
  const digest = keys.privateKey.asymmetricKeyType === 'rsa' ? 'sha256' : null;
  return bytesOf(
    new CertificationRequest({
      certificationRequestInfo: info,
      signatureAlgorithm: algorithm(oids.sha256WithRsa),
      signature: bufferOf(sign(digest, bytesOf(info), keys.privateKey)),
    }),
  );
}

export interface PkiMessage {
  readonly type?: string;
  readonly transactionId?: string;
  readonly senderNonce?: Buffer;
  readonly digest?: keyof typeof digestOids;
  readonly cipher?: keyof typeof contentCiphers;
  /** The content in place of an envelope around the request. */
  readonly content?: Buffer;
  /** What makes of the encrypted key something else. */
  readonly encryptedKey?: (key: Buffer) => Buffer;
}

/** A request of a SCEP client (RFC 8894) as DER. */
export function pkiMessage(
  request: Buffer,
  authority: X509Certificate,
  signer: Identity,
  message: PkiMessage = {},
): Buffer {
  const {
    type = '19',
    transactionId = 'transaction',
    senderNonce = randomBytes(16),
    digest = 'sha256',
  } = message;
  const content = message.content ?? envelope(request, authority, message);
  const printable = (text: string) => AsnConvert.serialize(AsnPrintableStringConverter.toASN(text));
  const octets = (bytes: Buffer) => AsnConvert.serialize(new OctetString(bytes));
  const attributes = [
    [oids.contentType, AsnConvert.serialize(AsnObjectIdentifierConverter.toASN(id_data))],
    [oids.messageDigest, octets(createHash(digest).update(content).digest())],
    [oids.messageType, printable(type)],
    [oids.senderNonce, octets(senderNonce)],
    [oids.transactionId, printable(transactionId)],
  ] as const;
  const signerInfo = new SignerInfo({
    version: 1,
    sid: new SignerIdentifier({ issuerAndSerialNumber: issuerAndSerialNumber(signer.certificate) }),
    digestAlgorithm: algorithm(digestOids[digest]),
    signedAttrs: attributes.map(([attrType, value]) => new Attribute({ attrType, attrValues: [value] })),
    signatureAlgorithm: algorithm(oids.rsaEncryption),
  });
  signerInfo.signature = new OctetString(sign(digest, signedBytes(signerInfo), signer.key));
  const signedData = new SignedData({
    version: 1,
    digestAlgorithms: new DigestAlgorithmIdentifiers([algorithm(digestOids[digest])]),
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: id_data,
      eContent: new EncapsulatedContent({ single: new OctetString(content) }),
    }),
    certificates: new CertificateSet([
      new CertificateChoices({ certificate: AsnConvert.parse(signer.certificate.raw, Certificate) }),
    ]),
    signerInfos: new SignerInfos([signerInfo]),
  });
  return contentInfo(id_signedData, signedData);
}

function envelope(content: Buffer, recipient: X509Certificate, message: PkiMessage): Buffer {
  const cipher = contentCiphers[message.cipher ?? 'des3'];
  const key = randomBytes(cipher.key);
  const iv = randomBytes(cipher.block);
  const encrypting = createCipheriv(cipher.name, cipher.key === 8 ? Buffer.concat([key, key, key]) : key, iv);
  const encrypted = Buffer.concat([encrypting.update(content), encrypting.final()]);
  const encryptedKey = publicEncrypt({ key: recipient.publicKey, padding: constants.RSA_PKCS1_PADDING }, key);
  return contentInfo(
    id_envelopedData,
    new EnvelopedData({
      version: 0,
      recipientInfos: new RecipientInfos([
        new RecipientInfo({
          ktri: new KeyTransRecipientInfo({
            version: 0,
            rid: new RecipientIdentifier({ issuerAndSerialNumber: issuerAndSerialNumber(recipient) }),
            keyEncryptionAlgorithm: algorithm(oids.rsaEncryption),
            encryptedKey: new OctetString(message.encryptedKey?.(encryptedKey) ?? encryptedKey),
          }),
        }),
      ]),
      encryptedContentInfo: new EncryptedContentInfo({
        contentType: id_data,
        contentEncryptionAlgorithm: new AlgorithmIdentifier({
          algorithm: cipher.oid,
          parameters: AsnConvert.serialize(new OctetString(iv)),
        }),
        encryptedContent: new EncryptedContent({ value: new OctetString(encrypted) }),
      }),
    }),
  );
}

export interface PkiReply {
  readonly status: string | undefined;
  readonly failInfo: string | undefined;
  readonly transactionId: string | undefined;
  readonly recipientNonce: Buffer;
  /** The new certificate first; none where the request failed. */
  readonly certificates: readonly X509Certificate[];
}

/** Reads the server's answer (CertRep) and checks that the authority signed it. */
export function readPkiReply(der: Buffer, authority: X509Certificate, requester: Identity): PkiReply {
  const { encapContentInfo, signerInfos } = AsnConvert.parse(
    AsnConvert.parse(der, ContentInfo).content,
    SignedData,
  );
  const [signer] = signerInfos;
  const values = new Map(signer!.signedAttrs!.map(({ attrType, attrValues }) => [attrType, attrValues[0]!]));
  const content = Buffer.from(encapContentInfo.eContent?.single?.buffer ?? new ArrayBuffer(0));
  const digest = Buffer.from(AsnConvert.parse(values.get(oids.messageDigest)!, OctetString).buffer);
  const isSigned = verify(
    'sha256',
    signedBytes(signer!),
    authority.publicKey,
    Buffer.from(signer!.signature.buffer),
  );
  if (!isSigned || !digest.equals(createHash('sha256').update(content).digest())) {
    throw new Error('the answer is not signed by the authority');
  }
  const text = (oid: string) => {
    const value = values.get(oid);
    return value && Buffer.from(value).subarray(2).toString();
  };
  if (text(oids.messageType) !== '3') throw new Error('the answer is no CertRep');
  return {
    status: text(oids.pkiStatus),
    failInfo: text(oids.failInfo),
    transactionId: text(oids.transactionId),
    recipientNonce: Buffer.from(AsnConvert.parse(values.get(oids.recipientNonce)!, OctetString).buffer),
    certificates: content.length === 0 ? [] : certificatesIn(openEnvelope(content, requester)),
  };
}

function openEnvelope(der: Buffer, { key }: Identity): Buffer {
  const { recipientInfos, encryptedContentInfo } = AsnConvert.parse(
    AsnConvert.parse(der, ContentInfo).content,
    EnvelopedData,
  );
  const { algorithm: oid, parameters } = encryptedContentInfo.contentEncryptionAlgorithm;
  const cipher = Object.values(contentCiphers).find((one) => one.oid === oid && one.key > 8)!;
  const contentKey = unpadded(Buffer.from(recipientInfos[0]!.ktri!.encryptedKey.buffer), key);
  const iv = Buffer.from(AsnConvert.parse(parameters!, OctetString).buffer);
  const decipher = createDecipheriv(cipher.name, contentKey, iv);
  const encrypted = Buffer.from(encryptedContentInfo.encryptedContent!.value!.buffer);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

function unpadded(encrypted: Buffer, key: KeyObject): Buffer {
  const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted);
  return padded.subarray(padded.indexOf(0, 2) + 1);
}

function certificatesIn(der: Buffer): X509Certificate[] {
  const { certificates = [] } = AsnConvert.parse(AsnConvert.parse(der, ContentInfo).content, SignedData);
  return [...certificates].map(({ certificate }) => new X509Certificate(bytesOf(certificate!)));
}

/** Attributes are signed as the set that they are, not with the tag that they have in the message. */
function signedBytes({ signedAttrs }: SignerInfo): Buffer {
  return bytesOf(new UnprotectedAttributes(signedAttrs));
}

function contentInfo(contentType: string, content: object): Buffer {
  return bytesOf(new ContentInfo({ contentType, content: AsnConvert.serialize(content) }));
}

function issuerAndSerialNumber(certificate: X509Certificate): IssuerAndSerialNumber {
  const { issuer, serialNumber } = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
  return new IssuerAndSerialNumber({ issuer, serialNumber });
}

function algorithm(oid: string): AlgorithmIdentifier {
  return new AlgorithmIdentifier({ algorithm: oid, parameters: asn1Null });
}

function nameOf(commonName: string): Name {
  const value = new AttributeValue({ utf8String: commonName });
  return new Name([new RelativeDistinguishedName([new AttributeTypeAndValue({ type: '2.5.4.3', value })])]);
}

function spkiOf(publicKey: KeyObject): SubjectPublicKeyInfo {
  return AsnConvert.parse(publicKey.export({ type: 'spki', format: 'der' }), SubjectPublicKeyInfo);
}

function bytesOf(value: object): Buffer {
  return Buffer.from(AsnConvert.serialize(value));
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
