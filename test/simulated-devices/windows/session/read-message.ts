import { ns } from '../namespaces.ts';
import { ProtocolViolation } from '../protocol-violation.ts';
import { nodeFormats, type NodeFormat } from '../tree/store.ts';
import {
  childrenNamed,
  optionalChild,
  optionalText,
  requiredChild,
  requiredText,
  requireOrder,
  textOf,
} from '../xml/elements.ts';
import { readXml, type XmlElement } from '../xml/read-xml.ts';
import type {
  Challenge,
  PlainVerb,
  ServerCommand,
  ServerItem,
  ServerMessage,
  ServerStatus,
} from './server-message.ts';

/** What a message must say of itself. */
interface Expected {
  readonly sessionId: string;
  /** Who it is for. */
  readonly device: string;
  /** The one that the server sent last; 0 for none. */
  readonly lastMsgId: number;
}

const headerOrder = [
  'VerDTD',
  'VerProto',
  'SessionID',
  'MsgID',
  'Target',
  'Source',
  'RespURI',
  'NoResp',
  'Cred',
  'Meta',
];
const statusOrder = [
  'CmdID',
  'MsgRef',
  'CmdRef',
  'Cmd',
  'TargetRef',
  'SourceRef',
  'Cred',
  'Chal',
  'Data',
  'Item',
];
const commandOrder = ['CmdID', 'NoResp', 'Lang', 'Cred', 'Meta', 'Data', 'Correlator', 'Item'];
const itemOrder = ['Target', 'Source', 'SourceParent', 'TargetParent', 'Meta', 'Data', 'MoreData'];
const metaOrder = [
  'Format',
  'Type',
  'Mark',
  'Size',
  'Anchor',
  'Version',
  'NextNonce',
  'MaxMsgSize',
  'MaxObjSize',
];
const plainVerbs = ['Add', 'Copy', 'Delete', 'Exec', 'Get', 'Replace'];
const commandNames = new Set(['Alert', 'Atomic', 'Sequence', ...plainVerbs]);
const bodyNames = new Set(['Status', 'Final', ...commandNames]);

/**
 * Reads a message of the server as strictly as the DTD of SyncML 1.2 has it: namespaces, the order of elements, its identity. Throws
 * `ProtocolViolation`.
 */
export function readMessage(bytes: Uint8Array, expected: Expected): ServerMessage {
  const root = readXml(bytes, 'the message');
  if (root.name !== 'SyncML' || root.namespace !== ns.syncml) {
    throw new ProtocolViolation(
      'the message',
      `it is a ${root.name} of '${root.namespace}', and no SyncML 1.2`,
    );
  }
  requireOrder(root, ns.syncml, ['SyncHdr', 'SyncBody']);
  const header = requiredChild(root, ns.syncml, 'SyncHdr');
  const body = requiredChild(root, ns.syncml, 'SyncBody');
  return { ...readHeader(header, expected), ...readBody(body) };
}

function readHeader(header: XmlElement, expected: Expected): Pick<ServerMessage, 'msgId' | 'maxMsgSize'> {
  requireOrder(header, ns.syncml, headerOrder);
  const require = (name: string, wanted: string) => {
    const found = requiredText(header, ns.syncml, name);
    if (found !== wanted)
      throw new ProtocolViolation('SyncHdr', `${name} is '${found}', and must be '${wanted}'`);
  };
  require('VerDTD', '1.2');
  require('VerProto', 'DM/1.2');
  require('SessionID', expected.sessionId);
  const msgId = requiredText(header, ns.syncml, 'MsgID');
  if (!/^\d+$/.test(msgId)) throw new ProtocolViolation('SyncHdr', `MsgID is '${msgId}'`);
  if (Number(msgId) <= expected.lastMsgId) {
    throw new ProtocolViolation('SyncHdr', `MsgID is ${msgId} after ${expected.lastMsgId}`);
  }
  const target = locUri(requiredChild(header, ns.syncml, 'Target'));
  if (target !== expected.device) throw new ProtocolViolation('SyncHdr', `the message is for '${target}'`);
  locUri(requiredChild(header, ns.syncml, 'Source'));
  const meta = optionalChild(header, ns.syncml, 'Meta');
  const size = meta && optionalText(meta, ns.metinf, 'MaxMsgSize');
  return { msgId: Number(msgId), maxMsgSize: size === undefined ? undefined : Number(size) };
}

function locUri(place: XmlElement): string {
  requireOrder(place, ns.syncml, ['LocURI', 'LocName']);
  return requiredText(place, ns.syncml, 'LocURI');
}

function readBody(body: XmlElement): Pick<ServerMessage, 'statuses' | 'commands' | 'isFinal'> {
  for (const { name, namespace } of body.children) {
    if (namespace !== ns.syncml)
      throw new ProtocolViolation('SyncBody', `${name} is in the namespace '${namespace}'`);
    if (!bodyNames.has(name)) throw new ProtocolViolation('SyncBody', `it must not hold ${name}`);
  }
  const last = body.children.at(-1);
  const isFinal = last?.name === 'Final';
  if (childrenNamed(body, ns.syncml, 'Final').length > (isFinal ? 1 : 0)) {
    throw new ProtocolViolation('SyncBody', 'Final must be the last');
  }
  const ids = new Set<string>();
  const newId = (element: XmlElement) => {
    const id = requiredText(element, ns.syncml, 'CmdID');
    if (id === '0' || ids.has(id)) throw new ProtocolViolation(element.name, `the CmdID '${id}' is taken`);
    ids.add(id);
    return id;
  };
  const statuses = childrenNamed(body, ns.syncml, 'Status').map((element) => {
    newId(element);
    return readStatus(element);
  });
  const commands = body.children
    .filter(({ name }) => name !== 'Status' && name !== 'Final')
    .map((element) => readCommand(element, newId));
  return { statuses, commands, isFinal };
}

function readStatus(element: XmlElement): ServerStatus {
  requireOrder(element, ns.syncml, statusOrder);
  const data = requiredText(element, ns.syncml, 'Data');
  if (!/^\d{3}$/.test(data)) throw new ProtocolViolation('Status', `Data is '${data}', and no status`);
  const challenge = optionalChild(element, ns.syncml, 'Chal');
  return {
    msgRef: requiredText(element, ns.syncml, 'MsgRef'),
    cmdRef: requiredText(element, ns.syncml, 'CmdRef'),
    cmd: requiredText(element, ns.syncml, 'Cmd'),
    status: Number(data),
    challenge: challenge && readChallenge(challenge),
  };
}

function readChallenge(challenge: XmlElement): Challenge {
  const meta = requiredChild(challenge, ns.syncml, 'Meta');
  requireOrder(meta, ns.metinf, metaOrder);
  const type = requiredText(meta, ns.metinf, 'Type');
  if (requiredText(meta, ns.metinf, 'Format') !== 'b64')
    throw new ProtocolViolation('Chal', 'its Format must be b64');
  const nonce = Buffer.from(requiredText(meta, ns.metinf, 'NextNonce'), 'base64');
  if (nonce.length === 0) throw new ProtocolViolation('Chal', 'its NextNonce is no Base64');
  return { type, nextNonce: nonce };
}

function readCommand(element: XmlElement, newId: (element: XmlElement) => string): ServerCommand {
  const id = newId(element);
  const { name } = element;
  if (name === 'Atomic' || name === 'Sequence') {
    requireOrder(
      { ...element, children: element.children.filter(({ name: inner }) => !commandNames.has(inner)) },
      ns.syncml,
      ['CmdID', 'NoResp', 'Meta'],
    );
    const commands = element.children
      .filter(({ name: inner }) => commandNames.has(inner))
      .map((inner) => readCommand(inner, newId));
    if (commands.length === 0) throw new ProtocolViolation(name, 'it is empty');
    return { kind: name, id, commands };
  }
  requireOrder(element, ns.syncml, commandOrder);
  const items = childrenNamed(element, ns.syncml, 'Item').map((item) => readItem(item, name));
  if (name === 'Alert') return { kind: 'Alert', id, code: requiredText(element, ns.syncml, 'Data'), items };
  if (!plainVerbs.includes(name)) throw new ProtocolViolation('SyncBody', `${name} is no command`);
  if (items.length === 0) throw new ProtocolViolation(name, 'it has no Item');
  return { kind: name as PlainVerb, id, items };
}

function readItem(item: XmlElement, command: string): ServerItem {
  requireOrder(item, ns.syncml, itemOrder);
  const place = optionalChild(item, ns.syncml, 'Target');
  if (!place && command !== 'Alert') throw new ProtocolViolation(command, 'an Item has no Target');
  const target = place ? requiredChild(place, ns.syncml, 'LocURI') : undefined;
  const data = optionalChild(item, ns.syncml, 'Data');
  const [unescaped] = data?.children ?? [];
  if (unescaped)
    throw new ProtocolViolation(command, `Data holds an element ${unescaped.name} that is not escaped`);
  if (data && data.text !== '' && (command === 'Get' || command === 'Delete')) {
    throw new ProtocolViolation(command, 'its Item has Data');
  }
  const meta = optionalChild(item, ns.syncml, 'Meta');
  return {
    // White space around it is no matter of the XML: to Windows it is another address.
    target: target?.text ?? '',
    data: data?.text,
    moreData: optionalChild(item, ns.syncml, 'MoreData') !== undefined,
    ...readMeta(meta),
  };
}

function readMeta(meta: XmlElement | undefined): Pick<ServerItem, 'format' | 'size'> {
  if (!meta) return { format: undefined, size: undefined };
  requireOrder(meta, ns.metinf, metaOrder);
  const format = optionalText(meta, ns.metinf, 'Format');
  if (format !== undefined && !(nodeFormats as readonly string[]).includes(format)) {
    throw new ProtocolViolation('Meta', `there is no format '${format}'`);
  }
  const type = optionalChild(meta, ns.metinf, 'Type');
  if (type && textOf(type) === '') throw new ProtocolViolation('Meta', 'its Type is empty');
  const size = optionalText(meta, ns.metinf, 'Size');
  return { format: format as NodeFormat | undefined, size: size === undefined ? undefined : Number(size) };
}
