import { ns } from '../namespaces.ts';
import type { PendingAlert } from '../state.ts';
import type { NodeFormat } from '../tree/store.ts';
import { leaf, tag } from '../xml/write-xml.ts';

export interface ResultItem {
  readonly uri: string;
  readonly format: NodeFormat;
  readonly data: string;
}

/** What the device puts into its messages. */
export type ClientCommand =
  | {
      readonly kind: 'Status';
      readonly cmdRef: string;
      readonly cmd: string;
      readonly targetRef?: string;
      readonly status: number;
      readonly originalError?: string;
    }
  | {
      readonly kind: 'Results';
      /** Default: the message that is answered. */
      readonly msgRef?: number;
      readonly cmdRef: string;
      readonly items: readonly ResultItem[];
    }
  | { readonly kind: 'Alert'; readonly code: number; readonly item?: Partial<PendingAlert> }
  | { readonly kind: 'DevInfo'; readonly items: readonly ResultItem[] };

export interface ClientMessage {
  readonly sessionId: string;
  readonly msgId: number;
  /** The message of the server that is answered. */
  readonly msgRef: number;
  readonly target: string;
  readonly source: string;
  /** Who the account is, and what proves it. */
  readonly credential:
    | { readonly name: string; readonly kind: 'digest' | 'basic'; readonly data: string }
    | undefined;
  readonly maxMsgSize: number | undefined;
  readonly maxObjSize: number | undefined;
  /** `CmdID` of the first command. */
  readonly firstId: number;
  readonly commands: readonly ClientCommand[];
}

const meta = (name: string, text: string) => leaf(`${name} xmlns="${ns.metinf}"`, text);

/** A SyncML message as Windows writes it, on one line. */
export function writeMessage(message: ClientMessage): Buffer {
  const { credential, maxMsgSize, maxObjSize } = message;
  const sizes = [
    maxMsgSize === undefined ? '' : meta('MaxMsgSize', String(maxMsgSize)),
    maxObjSize === undefined ? '' : meta('MaxObjSize', String(maxObjSize)),
  ].join('');
  const header = tag(
    'SyncHdr',
    leaf('VerDTD', '1.2'),
    leaf('VerProto', 'DM/1.2'),
    leaf('SessionID', message.sessionId),
    leaf('MsgID', String(message.msgId)),
    tag('Target', leaf('LocURI', message.target)),
    tag('Source', leaf('LocURI', message.source), credential ? leaf('LocName', credential.name) : ''),
    credential
      ? tag(
          'Cred',
          tag('Meta', meta('Format', 'b64'), meta('Type', types[credential.kind])),
          leaf('Data', credential.data),
        )
      : '',
    sizes === '' ? '' : tag('Meta', sizes),
  );
  const commands = message.commands.map((command, index) =>
    writeCommand(command, String(message.firstId + index), String(message.msgRef)),
  );
  const root = `SyncML xmlns="${ns.syncml}" xmlns:msft="${ns.mobileDevice}"`;
  return Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?>${tag(root, header, tag('SyncBody', ...commands, '<Final/>'))}`,
  );
}

const types = { digest: 'syncml:auth-md5', basic: 'syncml:auth-basic' };

function writeCommand(command: ClientCommand, id: string, msgRef: string): string {
  const cmdId = leaf('CmdID', id);
  switch (command.kind) {
    case 'Status':
      return tag(
        'Status',
        cmdId,
        leaf('MsgRef', msgRef),
        leaf('CmdRef', command.cmdRef),
        leaf('Cmd', command.cmd),
        command.targetRef === undefined ? '' : leaf('TargetRef', command.targetRef),
        leaf(
          command.originalError === undefined ? 'Data' : `Data msft:originalerror="${command.originalError}"`,
          String(command.status),
        ),
      );
    case 'Results':
      return tag(
        'Results',
        cmdId,
        leaf('MsgRef', String(command.msgRef ?? msgRef)),
        leaf('CmdRef', command.cmdRef),
        ...command.items.map(writeItem),
      );
    case 'DevInfo':
      return tag('Replace', cmdId, ...command.items.map(writeItem));
    case 'Alert':
      return tag('Alert', cmdId, leaf('Data', String(command.code)), writeAlertItem(command.item));
  }
}

/** Texts go without a format. */
function writeItem({ uri, format, data }: ResultItem): string {
  return tag(
    'Item',
    tag('Source', leaf('LocURI', uri)),
    format === 'chr' ? '' : tag('Meta', meta('Format', format)),
    leaf('Data', data),
  );
}

function writeAlertItem(item: Partial<PendingAlert> | undefined): string {
  if (!item) return '';
  const { type, format, mark, source, data = '' } = item;
  return tag(
    'Item',
    source === undefined ? '' : tag('Source', leaf('LocURI', source)),
    tag(
      'Meta',
      format === undefined ? '' : meta('Format', format),
      type === undefined ? '' : meta('Type', type),
      mark === undefined ? '' : meta('Mark', mark),
    ),
    leaf('Data', data),
  );
}
