import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formats, type DmCommand, type IdentifiedCommand, type NodeCommand } from '../../dm-command.ts';
import type { DmPart } from './message.ts';
import { readMessage } from './read-message.ts';
import { writeAlert, writeCommand, writeMessage, writeStatus } from './write-message.ts';

const header = { sessionId: '1A', msgId: 1, target: '6A1F', source: 'https://mdm.example.com/MDM.svc' };
const swV: IdentifiedCommand = { id: 'g', command: { verb: 'Get', locUri: './DevDetail/SwV' } };

test('a message is written in the order that the protocol wants', () => {
  const nextNonce = Buffer.from('ABEiM0RVZneImaq7zN3u/w==', 'base64');
  const replace: IdentifiedCommand = {
    id: '019ca945-0a00-828d-8000-0004437ca71b',
    command: {
      verb: 'Replace',
      locUri: './Device/Vendor/MSFT/Policy/Config/Browser/HomePages',
      value: { format: 'chr', data: '<enabled/><data id="a" value="1&2"/>\r\n' },
    },
  };
  const parts = [
    writeStatus(1, { msgRef: 2, cmdRef: '0', cmd: 'SyncHdr', code: 212, nextNonce }),
    writeStatus(2, { msgRef: 2, cmdRef: '2', cmd: 'Alert', code: 200 }),
    writeAlert(3, 1222),
    writeCommand(swV),
    writeCommand(replace),
    writeCommand({
      id: 'x',
      command: {
        verb: 'Exec',
        locUri: './Vendor/MSFT/Reboot/RebootNow',
        value: { format: 'null', data: '' },
      },
    }),
  ];
  expect(writeMessage(header, parts, true).toString()).toBe(
    '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1A</SessionID><MsgID>1</MsgID>' +
      '<Target><LocURI>6A1F</LocURI></Target><Source><LocURI>https://mdm.example.com/MDM.svc</LocURI></Source></SyncHdr><SyncBody>' +
      '<Status><CmdID>1</CmdID><MsgRef>2</MsgRef><CmdRef>0</CmdRef><Cmd>SyncHdr</Cmd><Chal><Meta><Format xmlns="syncml:metinf">b64</Format>' +
      '<Type xmlns="syncml:metinf">syncml:auth-md5</Type><NextNonce xmlns="syncml:metinf">ABEiM0RVZneImaq7zN3u/w==</NextNonce></Meta></Chal>' +
      '<Data>212</Data></Status>' +
      '<Status><CmdID>2</CmdID><MsgRef>2</MsgRef><CmdRef>2</CmdRef><Cmd>Alert</Cmd><Data>200</Data></Status>' +
      '<Alert><CmdID>3</CmdID><Data>1222</Data></Alert>' +
      '<Get><CmdID>g</CmdID><Item><Target><LocURI>./DevDetail/SwV</LocURI></Target></Item></Get>' +
      '<Replace><CmdID>019ca945-0a00-828d-8000-0004437ca71b</CmdID><Item><Target><LocURI>./Device/Vendor/MSFT/Policy/Config/Browser/HomePages</LocURI></Target>' +
      '<Meta><Format xmlns="syncml:metinf">chr</Format><Type xmlns="syncml:metinf">text/plain</Type></Meta>' +
      '<Data>&lt;enabled/&gt;&lt;data id=&quot;a&quot; value=&quot;1&amp;2&quot;/&gt;&#13;\n</Data></Item></Replace>' +
      '<Exec><CmdID>x</CmdID><Item><Target><LocURI>./Vendor/MSFT/Reboot/RebootNow</LocURI></Target>' +
      '<Meta><Format xmlns="syncml:metinf">null</Format></Meta></Item></Exec>' +
      '<Final/></SyncBody></SyncML>',
  );
});

test('a piece of a large value says how large the whole is, and whether it goes on', () => {
  const command = {
    id: 'r',
    command: { verb: 'Replace', locUri: './A', value: { format: 'chr', data: 'all' } },
  } as const;
  const [first, last] = [
    writeCommand(command, { data: 'a', size: 3, hasMore: true }),
    writeCommand(command, { data: 'll', size: undefined, hasMore: false }),
  ];
  expect(readMessage(writeMessage(header, [first, last], false))).toMatchObject({
    isFinal: false,
    parts: [
      { items: [{ data: 'a', size: 3, hasMore: true }] },
      { items: [{ data: 'll', size: undefined, hasMore: false }] },
    ],
  });
});

test('what XML cannot say makes no message unreadable', () => {
  const part = writeCommand({
    id: '\u0001',
    command: {
      verb: 'Add',
      locUri: './\uffff',
      value: { format: 'chr', data: 'a\0\u001f\ufffe\ud800\uf000' },
    },
  });
  expect(readMessage(writeMessage(header, [part], true)).parts).toMatchObject([
    { id: '\ufffd', items: [{ target: './\ufffd', data: 'a\ufffd\ufffd\ufffd\ufffd\uf000' }] },
  ]);
});

/** What XML can say, without blanks around it where a name is trimmed. */
const text = fc
  .string({ unit: 'grapheme', maxLength: 30 })
  .map((value) => value.replaceAll(/[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/gu, ''));
const name = text.map((value) => value.trim()).filter((value) => value !== '');
const value = fc.record({
  format: fc.constantFrom(...formats.filter((format) => format !== 'null')),
  type: fc.constantFrom('text/plain', 'text/xml'),
  data: text,
});
const nodeCommand: fc.Arbitrary<NodeCommand> = fc.oneof(
  fc.record({ verb: fc.constantFrom('Get', 'Delete'), locUri: name }),
  fc.record({ verb: fc.constantFrom('Add', 'Replace'), locUri: name, value }),
  fc.record({ verb: fc.constant('Exec' as const), locUri: name, value }),
);
const identified = <Command extends DmCommand>(command: fc.Arbitrary<Command>) =>
  fc.record({ id: name, command });
const commands: fc.Arbitrary<IdentifiedCommand> = fc.oneof(
  identified(nodeCommand),
  identified(
    fc.record({
      verb: fc.constant('Atomic' as const),
      commands: fc.array(identified(nodeCommand), { maxLength: 4 }),
    }),
  ),
);

/** How a command reads on the other side. */
function asRead({ id, command }: IdentifiedCommand): DmPart {
  if (command.verb === 'Atomic') {
    return { kind: 'group', id, verb: 'Atomic', parts: command.commands.map(asRead) };
  }
  const carried = 'value' in command ? command.value : undefined;
  const item = {
    target: command.locUri,
    source: undefined,
    format: carried?.format,
    type: carried?.type,
    size: undefined,
    mark: undefined,
    data: carried?.data,
    hasMore: false,
  };
  return { kind: 'request', id, verb: command.verb, items: [item] };
}

test('what is written reads as what it was', () => {
  const settings = { seed: randomInt(2 ** 31), numRuns: 500 };
  const whole = fc.record({
    sessionId: name,
    msgId: fc.nat(999_999_999),
    target: name,
    source: name,
  });
  fc.assert(
    fc.property(whole, fc.array(commands, { maxLength: 5 }), fc.boolean(), (head, sent, isFinal) => {
      const written = writeMessage(
        head,
        sent.map((command) => writeCommand(command)),
        isFinal,
      );
      const { sessionId, msgId, source } = head;
      expect(readMessage(written)).toMatchObject({
        sessionId,
        msgId,
        source,
        parts: sent.map(asRead),
        isFinal,
      });
    }),
    settings,
  );
  const status = fc.record({
    msgRef: fc.nat(999_999),
    cmdRef: name,
    cmd: name,
    code: fc.nat(599),
  });
  fc.assert(
    fc.property(status, (sent) => {
      const { parts } = readMessage(writeMessage(header, [writeStatus(1, sent)], true));
      const { msgRef: _, ...read } = sent;
      expect(parts).toEqual([{ kind: 'status', ...read, targetRefs: [], originalError: undefined }]);
    }),
    settings,
  );
});
