import { Fault } from '../../../../kernel/fault.ts';
import {
  childOf,
  childrenOf,
  readXmlTree,
  textOfChild,
  type XmlElement,
} from '../../../../kernel/xml/xml-tree.ts';
import { escapeXml } from '../../../../kernel/xml/escape-xml.ts';
import { formats } from '../../dm-command.ts';
import { requestVerbs, type DmItem, type DmMessage, type DmPart } from './message.ts';

/** Windows writes 1.2 always; older clients write 1.1. */
const namespaces: ReadonlySet<string> = new Set(['SYNCML:SYNCML1.2', 'SYNCML:SYNCML1.1']);

/** The largest message that is read, in octets: what a PC tells of itself can have some hundred thousand. */
export const largestMessage = 4 * 1024 * 1024;

const limits = { bytes: largestMessage, depth: 32, elements: 60_000 };
/** Each of them is answered. */
const mostParts = 2_000;
const mostItems = 10_000;
const longestName = 2_048;

/** Reads a message that may be hostile. Faults: `malformedBody`. */
export function readMessage(bytes: Uint8Array): DmMessage {
  const root = readXmlTree(bytes, limits);
  if (root.name !== 'SyncML' || !namespaces.has(root.namespace)) {
    throw malformed(`The root must be SyncML of the namespace ${[...namespaces].join(' or ')}`);
  }
  const header = required(root, 'SyncHdr');
  const body = required(root, 'SyncBody');
  const credential = childOf(header, 'Cred');
  const meta = childOf(header, 'Meta');
  const source = required(header, 'Source');
  const reading = { parts: 0, items: 0 };
  return {
    protocol: textOfChild(header, 'VerProto'),
    sessionId: name(required(header, 'SessionID')),
    msgId: numberOf(required(header, 'MsgID')),
    source: name(required(source, 'LocURI')),
    sourceName: textOfChild(source, 'LocName'),
    credential: credential && {
      type: textOfMeta(credential, 'Type') ?? 'syncml:auth-basic',
      data: textOfChild(credential, 'Data') ?? '',
    },
    maxMsgSize: meta && sizeOf(meta, 'MaxMsgSize'),
    maxObjSize: meta && sizeOf(meta, 'MaxObjSize'),
    parts: readParts(body, reading),
    isFinal: childOf(body, 'Final') !== undefined,
  };
}

/** What was read of a message so far. */
interface Reading {
  parts: number;
  items: number;
}

/** Which elements of a body, or of a group, are no commands. */
const noCommands: ReadonlySet<string> = new Set(['Final', 'CmdID', 'Meta', 'NoResp']);

function readParts(parent: XmlElement, reading: Reading): DmPart[] {
  return parent.children
    .filter(({ name, namespace }) => namespace === parent.namespace && !noCommands.has(name))
    .map((element) => readPart(element, reading));
}

function readPart(element: XmlElement, reading: Reading): DmPart {
  reading.parts++;
  if (reading.parts > mostParts) throw malformed(`The message has more than ${mostParts} commands`);
  switch (element.name) {
    case 'Status':
      return readStatus(element);
    case 'Results':
      return {
        kind: 'results',
        id: commandId(element),
        cmdRef: reference(element, 'CmdRef'),
        items: readItems(element, reading),
      };
    case 'Alert':
      return {
        kind: 'alert',
        id: commandId(element),
        code: numberOf(required(element, 'Data')),
        items: readItems(element, reading),
      };
    case 'Atomic':
    case 'Sequence':
      return {
        kind: 'group',
        id: commandId(element),
        verb: element.name,
        parts: readParts(element, reading),
      };
    default: {
      const verb = requestVerbs.find((known) => known === element.name);
      if (!verb) return { kind: 'unknown', id: commandId(element), verb: element.name };
      return { kind: 'request', id: commandId(element), verb, items: readItems(element, reading) };
    }
  }
}

function readStatus(element: XmlElement): DmPart {
  const data = required(element, 'Data');
  return {
    kind: 'status',
    cmdRef: reference(element, 'CmdRef'),
    cmd: textOfChild(element, 'Cmd') ?? '',
    targetRefs: childrenOf(element, 'TargetRef').map(name),
    code: numberOf(data),
    originalError: data.attributes['originalerror'],
  };
}

function readItems(element: XmlElement, reading: Reading): DmItem[] {
  const items = childrenOf(element, 'Item');
  reading.items += items.length;
  if (reading.items > mostItems) throw malformed(`The message has more than ${mostItems} items`);
  // Looked up once: a message can have thousands of items in one command.
  const ofAll = readMeta(element);
  return items.map((item) => readItem(item, ofAll));
}

type ItemMeta = Pick<DmItem, 'format' | 'type' | 'size' | 'mark'>;

function readMeta(element: XmlElement): ItemMeta {
  const meta = childOf(element, 'Meta');
  const text = (key: string) => meta && textOfChild(meta, key);
  const format = text('Format')?.toLowerCase();
  return {
    format: formats.find((known) => known === format),
    type: text('Type'),
    size: sizeIn(text('Size')),
    mark: text('Mark'),
  };
}

/** What a command says of all of its items counts for those that say nothing. */
function readItem(item: XmlElement, ofAll: ItemMeta): DmItem {
  const { format, type, size, mark } = readMeta(item);
  const data = childOf(item, 'Data');
  return {
    target: locUriOf(item, 'Target'),
    source: locUriOf(item, 'Source'),
    format: format ?? ofAll.format,
    type: type ?? ofAll.type,
    size: size ?? ofAll.size,
    mark: mark ?? ofAll.mark,
    data: data && contentOf(data),
    hasMore: childOf(item, 'MoreData') !== undefined,
  };
}

function locUriOf(item: XmlElement, of: 'Target' | 'Source'): string | undefined {
  const place = childOf(item, of);
  const locUri = place && childOf(place, 'LocURI');
  return locUri && name(locUri);
}

/** The elements below Meta are of another namespace, which not every client writes. */
function textOfMeta(element: XmlElement, key: string): string | undefined {
  const meta = childOf(element, 'Meta');
  return meta && textOfChild(meta, key);
}

/** Clients write XML into Data as text, and some as it is. */
function contentOf(data: XmlElement): string {
  if (data.children.length === 0) return data.text;
  return data.text.trim() + data.children.map((child) => written(child, data.namespace)).join('');
}

function written(element: XmlElement, around: string): string {
  const attributes = Object.entries({
    ...(element.namespace !== around && { xmlns: element.namespace }),
    ...element.attributes,
  }).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  const inside =
    escapeXml(element.text) + element.children.map((child) => written(child, element.namespace)).join('');
  return `<${element.name}${attributes.join('')}>${inside}</${element.name}>`;
}

/** What a command is answered by. */
function commandId(element: XmlElement): string {
  return reference(element, 'CmdID');
}

function reference(element: XmlElement, child: string): string {
  const text = name(required(element, child));
  if (text === '') throw malformed(`${child} of ${element.name} is empty`);
  return text;
}

function required(element: XmlElement, child: string): XmlElement {
  const found = childOf(element, child);
  if (found?.namespace !== element.namespace) throw malformed(`${element.name} has no ${child}`);
  return found;
}

/** What something is called. Windows pads and other clients wrap it in blanks. */
function name(element: XmlElement): string {
  const text = element.text.trim();
  if (text.length > longestName) {
    throw malformed(`${element.name} has more than ${longestName} characters`);
  }
  return text;
}

function numberOf(element: XmlElement): number {
  const text = element.text.trim();
  if (!/^\d{1,9}$/.test(text)) throw malformed(`${element.name} is no whole number`);
  return Number(text);
}

function sizeOf(meta: XmlElement, key: string): number | undefined {
  return sizeIn(textOfChild(meta, key));
}

/** What is no size limits nothing. */
function sizeIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

function malformed(what: string): Fault {
  return new Fault('malformedBody', `The SyncML message is wrong: ${what}.`);
}
