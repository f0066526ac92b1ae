import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { elementsOf } from '../pki/der.ts';

/** What a request for a certificate says; as bytes, since no strict reader takes all that Windows sends. */
export interface ReadRequest {
  readonly publicKey: KeyObject;
  /** Tag and content of the common name. */
  readonly commonName: { readonly tag: number; readonly text: string };
  /** The encoded algorithm of its signature. */
  readonly algorithm: Buffer;
  readonly info: Buffer;
}

/** Reads a PKCS #10 request, whose signature must be right by either digest. */
export function readRequest(der: Buffer): ReadRequest {
  const [info, algorithm, signature] = elementsOf(der);
  const [, subject, spki] = elementsOf(info!);
  const publicKey = createPublicKey({ key: spki!, format: 'der', type: 'spki' });
  const isRight = ['sha1', 'sha256'].some((digest) =>
    verify(digest, info!, publicKey, signature!.subarray(-256)),
  );
  if (!isRight) throw new Error('the signature of the request is wrong');
  const [, name] = elementsOf(elementsOf(elementsOf(subject!)[0]!)[0]!);
  return {
    publicKey,
    commonName: { tag: name![0]!, text: name!.subarray(2).toString() },
    algorithm: algorithm!,
    info: info!,
  };
}
