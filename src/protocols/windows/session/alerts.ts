import type { LoginStatus } from './session-state.ts';
import type { DmAlert, DmItem } from './wire/message.ts';

/** What an alert says. https://learn.microsoft.com/windows/client-management/oma-dm-protocol-support */
export type HeardAlert =
  | { readonly kind: 'login'; readonly login: LoginStatus }
  /** The user of the PC ended the management. */
  | { readonly kind: 'unenrolled' }
  /** The PC ended the session before its time. */
  | { readonly kind: 'aborted' }
  /** The end of a value that was sent in parts did not come. */
  | { readonly kind: 'cutOff' }
  /** Something happened on the PC, of which who caused it wants to know. */
  | { readonly kind: 'happened'; readonly type: string; readonly item: DmItem }
  /** Of no meaning here. */
  | { readonly kind: 'passing' }
  | { readonly kind: 'unknown'; readonly name: string };

/** Why a session begins, or goes on. */
const ofSessions: ReadonlySet<number> = new Set([1200, 1201, 1222]);

/** What Windows tells in its sessions, and what is of no use here: some of it is as secret as a password. */
const passing: ReadonlySet<string> = new Set([
  'com.microsoft/mdm/aadusertoken',
  'com.microsoft.mdm.synctype',
  'com.microsoft/mdm/bootstrapsync',
  'com.microsoft/mdm/odjsync',
  'com.microsoft/mdm/deviceprepsync',
  'com.microsoft.mdm.declaredconfigurationdocuments',
]);

const logins: readonly LoginStatus[] = ['user', 'others', 'none'];

/** What an alert says, an answer code with it: 406 for an alert that the protocol does not have. */
export function hearAlert({ code, items }: DmAlert): {
  readonly code: number;
  readonly heard: readonly HeardAlert[];
} {
  if (ofSessions.has(code)) return { code: 200, heard: [] };
  if (code === 1223) return { code: 200, heard: [{ kind: 'aborted' }] };
  if (code === 1225) return { code: 200, heard: [{ kind: 'cutOff' }] };
  if (code === 1224 || code === 1226) return { code: 200, heard: items.map((item) => hearItem(code, item)) };
  return { code: 406, heard: [{ kind: 'unknown', name: String(code) }] };
}

function hearItem(code: 1224 | 1226, item: DmItem): HeardAlert {
  const type = item.type ?? '';
  switch (type.toLowerCase()) {
    case 'com.microsoft/mdm/loginstatus': {
      const told = item.data?.trim().toLowerCase();
      return { kind: 'login', login: logins.find((login) => login === told) ?? 'none' };
    }
    case 'com.microsoft:mdm.unenrollment.userrequest':
      return { kind: 'unenrolled' };
    case 'reversed-domain-name:com.microsoft.mdm.win32csp_install':
      return { kind: 'happened', type, item };
    default:
      return passing.has(type.toLowerCase())
        ? { kind: 'passing' }
        : { kind: 'unknown', name: `${code} ${type}`.trim() };
  }
}
