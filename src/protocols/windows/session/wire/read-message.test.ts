import { expect, test } from 'vitest';
import { Fault } from '../../../../kernel/fault.ts';
import { ofTestClient, package1, package3 } from './fixtures/messages.ts';
import { largestMessage, readMessage } from './read-message.ts';

const read = (text: string) => readMessage(Buffer.from(text));
const item = {
  target: undefined,
  source: undefined,
  format: undefined,
  type: undefined,
  size: undefined,
  mark: undefined,
  data: undefined,
  hasMore: false,
};

test('package 1 of Windows 11', () => {
  expect(read(package1)).toEqual({
    protocol: 'DM/1.2',
    sessionId: '1A',
    msgId: 1,
    source: '6A1F8A4E9C0D4B2FA1B2C3D4E5F60718',
    sourceName: undefined,
    credential: undefined,
    maxMsgSize: undefined,
    maxObjSize: undefined,
    isFinal: true,
    parts: [
      { kind: 'alert', id: '2', code: 1201, items: [] },
      {
        kind: 'alert',
        id: '3',
        code: 1224,
        items: [{ ...item, type: 'com.microsoft/MDM/LoginStatus', data: 'user' }],
      },
      {
        kind: 'request',
        id: '4',
        verb: 'Replace',
        items: [
          { ...item, source: './DevInfo/DevId', data: '6A1F8A4E9C0D4B2FA1B2C3D4E5F60718' },
          { ...item, source: './DevInfo/Man', data: 'Contoso' },
          { ...item, source: './DevInfo/Mod', data: 'Laptop 5' },
          { ...item, source: './DevInfo/DmV', data: '1.3' },
          { ...item, source: './DevInfo/Lang', data: 'de-DE' },
        ],
      },
    ],
  });
});

test('statuses with references and the error behind them, results with and without a format', () => {
  const status = { kind: 'status', targetRefs: [], originalError: undefined };
  expect(read(package3).parts).toEqual([
    { ...status, cmdRef: '0', cmd: 'SyncHdr', code: 200 },
    { ...status, cmdRef: 'get', cmd: 'Get', code: 200, targetRefs: ['./DevDetail/SwV'] },
    {
      ...status,
      cmdRef: 'get',
      cmd: 'Get',
      code: 404,
      targetRefs: ['./DevDetail/None'],
      originalError: '0x82AA0002',
    },
    {
      kind: 'results',
      id: '4',
      cmdRef: 'get',
      items: [{ ...item, source: './DevDetail/SwV', data: '10.0.26200.9278' }],
    },
    { ...status, cmdRef: 'all', cmd: 'Atomic', code: 507 },
    { ...status, cmdRef: 'one', cmd: 'Replace', code: 216 },
    {
      kind: 'results',
      id: '7',
      cmdRef: 'list',
      items: [
        {
          ...item,
          source: './Device/Vendor/MSFT/Defender/Health/RtpEnabled',
          format: 'bool',
          data: 'true',
        },
      ],
    },
  ]);
});

test('what test clients write otherwise reads the same', () => {
  expect(read(ofTestClient)).toEqual({
    protocol: 'DM/1.1',
    sessionId: '1',
    msgId: 2,
    source: 'imei:9f0e',
    sourceName: 'pc-0001',
    credential: { type: 'syncml:auth-md5', data: 'eMtmEtGR9Xp19Ou6qL3MBw==' },
    maxMsgSize: 16_384,
    maxObjSize: 1_048_576,
    isFinal: false,
    parts: [
      {
        kind: 'request',
        id: 'first',
        verb: 'Replace',
        items: [
          {
            ...item,
            source: './DevInfo/Ext/Policy',
            format: 'chr',
            type: 'text/xml',
            data: '<enabled xmlns=""></enabled><data xmlns="" id="a&quot;" value="1&lt;2">x &amp; y</data>',
          },
          {
            ...item,
            source: './DevInfo/Ext',
            format: 'node',
            size: 12,
            data: '<raw/> text',
            hasMore: true,
          },
        ],
      },
      { kind: 'unknown', id: 'm', verb: 'Map' },
    ],
  });
});

test('commands in a group, and those that PCs do not send', () => {
  const body = `<SyncBody><Atomic><CmdID>a</CmdID><Get><CmdID>b</CmdID><Item><Target><LocURI> ./DevInfo </LocURI></Target></Item></Get></Atomic><x:Get xmlns:x="urn:other"/></SyncBody>`;
  expect(read(package1.replace(/<SyncBody>.*<\/SyncBody>/, body)).parts).toEqual([
    {
      kind: 'group',
      id: 'a',
      verb: 'Atomic',
      parts: [{ kind: 'request', id: 'b', verb: 'Get', items: [{ ...item, target: './DevInfo' }] }],
    },
  ]);
});

const replaced = (from: string, to: string) => {
  expect(package1).toContain(from);
  return package1.replaceAll(from, to);
};
const laughs = `<!DOCTYPE SyncML [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>`;

test.each<[string, string, string]>([
  ['nothing', '', 'root element'],
  ['no XML', '{"SyncML": {}}', 'text data outside of root node'],
  ['half a message', package1.slice(0, 900), 'unclosed tag'],
  ['an entity bomb', replaced('?><SyncML', `?>${laughs}<SyncML`), 'DOCTYPE'],
  ['no namespace', replaced(' xmlns="SYNCML:SYNCML1.2"', ''), 'SYNCML:SYNCML1.2'],
  ['another namespace', replaced('SYNCML:SYNCML1.2', 'SYNCML:SYNCML2.0'), 'SYNCML:SYNCML1.2'],
  ['a header of another namespace', replaced('<SyncHdr>', '<SyncHdr xmlns="urn:x">'), 'no SyncHdr'],
  ['another root', '<Sync xmlns="SYNCML:SYNCML1.2"/>', 'The root must be SyncML'],
  ['no header', '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncBody/></SyncML>', 'SyncML has no SyncHdr'],
  ['no session', replaced('<SessionID>1A</SessionID>', ''), 'no SessionID'],
  [
    'no source',
    replaced('<Source><LocURI>6A', '<Quelle><LocURI>6A').replaceAll(
      '</Source></SyncHdr>',
      '</Quelle></SyncHdr>',
    ),
    'no Source',
  ],
  ['a message number that is none', replaced('<MsgID>1<', '<MsgID>one<'), 'MsgID is no whole number'],
  ['a negative message number', replaced('<MsgID>1<', '<MsgID>-1<'), 'MsgID is no whole number'],
  ['a command without an id', replaced('<CmdID>2</CmdID>', ''), 'Alert has no CmdID'],
  ['an empty id', replaced('<CmdID>4</CmdID>', '<CmdID> </CmdID>'), 'CmdID of Replace is empty'],
  ['an alert that is no number', replaced('<Data>1201<', '<Data>all<'), 'Data is no whole number'],
  [
    'a status of nothing',
    replaced('<Alert><CmdID>2</CmdID>', '<Status><Data>200</Data></Status><Alert><CmdID>2</CmdID>'),
    'Status has no CmdRef',
  ],
  [
    'a name without end',
    replaced('<SessionID>1A', `<SessionID>${'1'.repeat(3_000)}`),
    'more than 2048 characters',
  ],
  [
    'too many commands',
    replaced('<Final/>', '<Get><CmdID>1</CmdID></Get>'.repeat(2_001)),
    'more than 2000 commands',
  ],
  [
    'too many items',
    replaced('<Final/>', `<Get><CmdID>1</CmdID>${'<Item/>'.repeat(10_001)}</Get>`),
    'more than 10000 items',
  ],
  ['too many elements', replaced('<Final/>', '<a/>'.repeat(60_001)), 'more than 60000 elements'],
  ['a hundred levels', replaced('<Final/>', '<Atomic>'.repeat(100)), 'nested more than 32 levels'],
  ['too many octets', replaced('Contoso', 'x'.repeat(largestMessage)), `larger than ${largestMessage} bytes`],
])('%s is refused', (_, text, why) => {
  const refusal = (() => {
    try {
      return read(text);
    } catch (error) {
      return error;
    }
  })();
  expect(refusal).toBeInstanceOf(Fault);
  expect(refusal).toMatchObject({ code: 'malformedBody', message: expect.stringContaining(why) });
});
