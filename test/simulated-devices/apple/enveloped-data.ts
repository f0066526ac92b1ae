import {
  constants,
  createCipheriv,
  createDecipheriv,
  privateDecrypt,
  publicEncrypt,
  type KeyObject,
  type X509Certificate,
} from 'node:crypto';
import {
  ContentInfo,
  EncryptedContent,
  EncryptedContentInfo,
  EnvelopedData,
  id_data,
  id_envelopedData,
  KeyTransRecipientInfo,
  RecipientIdentifier,
  RecipientInfo,
  RecipientInfos,
} from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { algorithm, contentInfo, issuerAndSerialNumber, oids } from '../pki/asn1.ts';

/** Node has no single DES; three times the same key is the same. */
export const contentCiphers = {
  des: { oid: '1.3.14.3.2.7', name: 'des-ede3-cbc', key: 8, block: 8 },
  des3: { oid: '1.2.840.113549.3.7', name: 'des-ede3-cbc', key: 24, block: 8 },
  aes128: { oid: '2.16.840.1.101.3.4.1.2', name: 'aes-128-cbc', key: 16, block: 16 },
  aes256: { oid: '2.16.840.1.101.3.4.1.42', name: 'aes-256-cbc', key: 32, block: 16 },
} as const;

interface SealOptions {
  readonly cipher: keyof typeof contentCiphers;
  readonly random: (size: number) => Buffer;
  /** What makes of the encrypted key something else. */
  readonly encryptedKey?: ((key: Buffer) => Buffer) | undefined;
}

/** Encrypts to the RSA key of a certificate, as a CMS message in DER. */
export function sealEnvelope(content: Buffer, recipient: X509Certificate, options: SealOptions): Buffer {
  const cipher = contentCiphers[options.cipher];
  const key = options.random(cipher.key);
  const iv = options.random(cipher.block);
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
            encryptedKey: new OctetString(options.encryptedKey?.(encryptedKey) ?? encryptedKey),
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

/** Throws when the message is not encrypted to this key, or with a cipher that is too weak to answer with. */
export function openEnvelope(der: Uint8Array, key: KeyObject): Buffer {
  const { recipientInfos, encryptedContentInfo } = AsnConvert.parse(
    AsnConvert.parse(der, ContentInfo).content,
    EnvelopedData,
  );
  const { algorithm: oid, parameters } = encryptedContentInfo.contentEncryptionAlgorithm;
  const cipher = Object.values(contentCiphers).find((one) => one.oid === oid && one.key > 8);
  if (!cipher) throw new Error(`the content is encrypted with ${oid}, which is not taken`);
  const contentKey = unpadded(Buffer.from(recipientInfos[0]!.ktri!.encryptedKey.buffer), key);
  const iv = Buffer.from(AsnConvert.parse(parameters!, OctetString).buffer);
  const decipher = createDecipheriv(cipher.name, contentKey, iv);
  const encrypted = Buffer.from(encryptedContentInfo.encryptedContent!.value!.buffer);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

/** Node refuses to remove this padding itself. */
function unpadded(encrypted: Buffer, key: KeyObject): Buffer {
  const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, encrypted);
  return padded.subarray(padded.indexOf(0, 2) + 1);
}
