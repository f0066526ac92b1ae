import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import {
  certificateRequest,
  pkiMessage,
  readPkiReply,
  signMessage,
  writePlist,
  type Identity,
  type PlistDict,
  type SimulatedDevice,
} from '../simulated-devices/apple/index.ts';
import type { TestServer } from './server.ts';

/** A message as a device sends it, and what comes in place of its signature. */
export interface SentMessage {
  /** Of the organization. */
  readonly hexId: string;
  readonly body: Buffer;
  readonly identity: Identity;
  /** What is signed in place of the body. */
  readonly over?: Buffer | undefined;
  /** What stands in place of the signature. */
  readonly header?: string | undefined;
}

export async function putMessage(
  server: TestServer,
  to: 'checkin' | 'connect',
  { hexId, body, identity, over = body, header }: SentMessage,
): Promise<{ readonly status: number; readonly text: string }> {
  const signed = signMessage(identity, over, { digest: 'sha256', isDetached: true }, server.now());
  const answer = await server.app.server.inject({
    method: 'PUT',
    url: `/mdm/apple/${to}/${hexId}`,
    headers: {
      'mdm-signature': header ?? signed.toString('base64'),
      'content-type': 'application/x-apple-aspen-mdm-checkin',
    },
    payload: body,
  });
  return { status: answer.statusCode, text: answer.body };
}

export const identityOf = ({ state }: Pick<SimulatedDevice, 'state'>): Identity => state.enrollment!.identity;

type Named = Pick<SimulatedDevice, 'channel'>;

/** What a device, or a user of it, says. */
export function messageOf({ channel }: Named, content: PlistDict): Buffer {
  return writePlist({ ...channel.ids, ...content });
}

export function authenticateMessage(device: Named, topic: string): Buffer {
  return messageOf(device, {
    MessageType: 'Authenticate',
    Topic: topic,
    ProductName: 'Mac16,1',
    OSVersion: '15.1',
  });
}

export function tokenMessage(device: Named, topic: string, more: PlistDict = {}): Buffer {
  const { pushToken: Token, pushMagic: PushMagic } = device.channel;
  return messageOf(device, { MessageType: 'TokenUpdate', Topic: topic, Token, PushMagic, ...more });
}

/** Asks for a certificate in the place of one, by a request that is signed with it; undefined when it is refused. */
export async function renewedBySignature(
  server: TestServer,
  hexId: string,
  identity: Identity,
): Promise<Identity | undefined> {
  const scep = `/scep/${hexId}`;
  const authority = await server.app.server.inject(`${scep}?operation=GetCACert`);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const issuer = new X509Certificate(authority.rawPayload);
  const answer = await server.app.server.inject({
    method: 'POST',
    url: `${scep}?operation=PKIOperation`,
    payload: pkiMessage(certificateRequest({ privateKey, publicKey }, undefined), issuer, identity, {
      type: '17',
    }),
  });
  const [certificate] = readPkiReply(answer.rawPayload, issuer, identity).certificates;
  return certificate && { certificate, key: privateKey };
}
