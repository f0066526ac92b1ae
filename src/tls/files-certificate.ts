import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { invalidInput } from '../kernel/fault.ts';

/** PEM texts of a certificate, with its chain, and its key. */
interface FilesCertificate {
  readonly cert: string;
  readonly key: string;
  /** When the certificate expires or has expired; the server starts all the same. */
  readonly expiresAt: Date;
}

/**
 * Reads a certificate and its key from the operator's PEM files. The certificate comes first in its file, the intermediate ones behind it.
 * Faults: `invalidInput` with the file as path.
 */
export async function filesCertificate(certPath: string, keyPath: string): Promise<FilesCertificate> {
  const [cert, key] = await Promise.all([readText(certPath), readText(keyPath)]);
  const certificate = parse(certPath, 'a PEM certificate (-----BEGIN CERTIFICATE-----)', () => {
    return new X509Certificate(cert);
  });
  const privateKey = parse(
    keyPath,
    'a PEM private key without a passphrase (-----BEGIN PRIVATE KEY-----)',
    () => createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw refusal(keyPath, `is not the key of the certificate in ${certPath}`);
  }
  parse(certPath, 'a certificate that OpenSSL takes for a server', () => createSecureContext({ cert, key }));
  return { cert, key, expiresAt: certificate.validToDate };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw refusal(path, code === 'ENOENT' ? 'does not exist' : `cannot be read: ${message}`);
  }
}

function parse<Result>(path: string, what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw refusal(path, `does not hold ${what}: ${(error as Error).message}`);
  }
}

function refusal(path: string, message: string): Error {
  return invalidInput([{ path, message }]);
}
