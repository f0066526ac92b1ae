import { createHash } from 'node:crypto';
import { escapeXml } from '../../../kernel/xml/escape-xml.ts';

/** A package of the Windows Installer, as far as it takes to have it installed. */
export interface MsiPackage {
  /** With braces and in upper case, as the package has it. */
  readonly productCode: string;
  readonly productVersion: string;
  /** Of the file, in hex. */
  readonly sha256: string;
  /** What is given to `msiexec`. */
  readonly arguments: string;
}

/** Where nothing else is said: nobody is asked, and nothing restarts. */
export const usualArguments = '/quiet /norestart';

/** The node of a package, below which its installation is ordered and tells how far it is. Deleting it uninstalls the package. */
export function nodeOfPackage({ productCode }: Pick<MsiPackage, 'productCode'>): string {
  return `./Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/${encodeURIComponent(productCode)}`;
}

/**
 * The order to install a package, which the PC fetches from a URL without credentials. Each turn is another job: none is done twice.
 * @see https://learn.microsoft.com/windows/client-management/mdm/enterprisedesktopappmanagement-csp
 */
export function installJob(msi: MsiPackage, url: string, turn: number): string {
  const { productVersion, sha256, arguments: commandLine } = msi;
  return [
    `<MsiInstallJob id="${jobId(msi, turn)}"><Product Version="${escapeXml(productVersion)}">`,
    `<Download><ContentURLList><ContentURL>${escapeXml(url)}</ContentURL></ContentURLList></Download>`,
    `<Validation><FileHash>${sha256.toUpperCase()}</FileHash></Validation>`,
    `<Enforcement><CommandLine>${escapeXml(commandLine)}</CommandLine><TimeOut>10</TimeOut>`,
    '<RetryCount>1</RetryCount><RetryInterval>5</RetryInterval></Enforcement></Product></MsiInstallJob>',
  ].join('');
}

/** A GUID that follows from the job. */
function jobId({ productCode, sha256, arguments: commandLine }: MsiPackage, turn: number): string {
  const content = [productCode, sha256, commandLine, String(turn)].join('\n');
  const bytes = createHash('sha256').update(content).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const [a, b, c, d, e] = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(bytes.toString('hex'))!.slice(1);
  return `{${[a, b, c, d, e].join('-').toUpperCase()}}`;
}
