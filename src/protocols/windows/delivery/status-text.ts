/** https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support (response codes) */
const statuses: Readonly<Record<number, string>> = {
  214: 'it was cancelled',
  215: 'it was not done, because another part of its group failed',
  216: 'it was undone, because another part of its group failed',
  400: 'the request is not one that the PC understands',
  401: 'the PC wants other credentials',
  403: 'the PC forbids it',
  404: 'the PC has no such node',
  405: 'the node does not take this command',
  406: 'the PC does not support it',
  412: 'the command is not complete',
  413: 'the value is too large for the PC',
  414: 'the path is too long for the PC',
  415: 'the node takes another type or format',
  416: 'the value has the wrong size',
  418: 'the node is there already',
  420: 'the PC has no space left',
  424: 'the value has another size than was said',
  425: 'the server may not do this to the node',
  500: 'the command failed on the PC',
  507: 'another part of its group failed',
  516: 'the PC failed, and could not undo what it had done',
};

/** HRESULTs that the field knows. https://learn.microsoft.com/windows/win32/com/com-error-codes */
const originalErrors: Readonly<Record<string, string>> = {
  '0x80004005': 'an unspecified error',
  '0x80070002': 'a file was not found',
  '0x80070005': 'access is denied',
  '0x8007000d': 'the data is invalid',
  '0x80070032': 'the request is not supported',
  '0x80070057': 'the value is not one that the node takes',
  '0x80070490': 'an element was not found',
  '0x800700b7': 'it exists already',
  '0x82b00001': 'an element that the group policy needs is missing',
  '0x82b00006': 'this edition or version of Windows does not apply the policy',
  '0x86000002': 'the node was not found',
  '0x86000003': 'it was found more than once',
  '0x86000008': 'the node takes another format',
  '0x86000011': 'there is no such node, or the command is not one for it',
};

/** Why a PC did not do something, for people, with the codes that administrators search for. */
export function textOfStatus(status: number, originalError?: string): string {
  const known = statuses[status] ?? 'the PC did not do it';
  const cause = originalError === undefined ? '' : `, ${textOfOriginal(originalError)}`;
  return `${known} (${status}${cause})`;
}

function textOfOriginal(code: string): string {
  const known = originalErrors[code.toLowerCase()];
  return known === undefined ? code : `${code}: ${known}`;
}

/** How far an installation is: `Status` of an MSI package. */
const installations: Readonly<Record<number, string>> = {
  10: 'it has begun',
  20: 'the package is being downloaded',
  25: 'the download is tried again',
  30: 'the package could not be downloaded',
  40: 'the package is downloaded',
  48: 'it waits for a user to sign in',
  50: 'it is being installed',
  55: 'the installation is tried again',
  60: 'the installation failed',
  70: 'it is installed',
};

/** https://learn.microsoft.com/windows/client-management/mdm/enterprisedesktopappmanagement-csp */
export function textOfInstallation(status: number): string {
  return installations[status] ?? `the PC says ${status} of the installation`;
}
