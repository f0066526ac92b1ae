import { normaliseLocUri } from '../../../policies/index.ts';

/** Nodes by which the PC is managed. Who changes them cuts it off; the server does what is to be done with them by itself. */
const protectedNodes = [
  './SyncML/DMAcc',
  './Device/Vendor/MSFT/DMAcc',
  './Device/Vendor/MSFT/DMClient',
  './Device/Vendor/MSFT/CertificateStore/My',
  './Device/Vendor/MSFT/CertificateStore/Root',
  './Device/Vendor/MSFT/CertificateStore/CA',
  './User/Vendor/MSFT/DMClient',
].map((path) => normaliseLocUri(path).key);

/** What administrators may change below those, after the name of the management provider. */
const changeable =
  /^\.\/(?:device|user)\/vendor\/msft\/dmclient\/provider\/[^/]+\/(?:configrefresh|firstsyncstatus|push\/pfn|helpphonenumber|helpwebsite|helpemailaddress)(?:\/|$)/;

/** Whether a change of this node, or of what lies below it, may end the management of the PC. */
export function isProtected(locUri: string): boolean {
  const { key } = normaliseLocUri(locUri);
  if (changeable.test(key)) return false;
  return protectedNodes.some(
    (node) => key === node || key.startsWith(`${node}/`) || node.startsWith(`${key}/`),
  );
}
