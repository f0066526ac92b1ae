export type { Identity, KeyPair } from '../pki/asn1.ts';
export { certificateRequest, keyPool, selfSigned } from '../pki/certificates.ts';
export {
  simulatedDevice,
  type DeviceOptions,
  type SimulatedChannel,
  type SimulatedDevice,
} from './device.ts';
export { contentCiphers } from './enveloped-data.ts';
export type { ReceivedCommand } from './exchange.ts';
export { CommandFailed, ScepRefusal, type ErrorChain } from './failures.ts';
export { ServerRefusal } from '../server-refusal.ts';
export { signMessage } from './messages.ts';
export { readDict, writePlist, type PlistDict, type PlistValue } from './plist.ts';
export { pkiMessage, readPkiReply, type PkiMessage, type PkiReply } from './scep-message.ts';
export { httpTransport, inProcessTransport, type Transport } from '../transport.ts';
