import type { DeviceRequest } from '../transport.ts';
import { ns } from './namespaces.ts';
import { digestOf } from './session/digest.ts';
import { childrenNamed, optionalChild, optionalText, requiredChild, requiredText } from './xml/elements.ts';
import { readXml, type XmlElement } from './xml/read-xml.ts';

/** The sessions of a server that is used in tests: rounds of commands, one for each message. */
export interface ReferenceSessions {
  /** Commands as markup, a round for each message that has any; taken away once sent. */
  readonly rounds: string[][];
  /** Each message of devices. */
  readonly messages: XmlElement[];
  readonly account: { readonly name: string; readonly secret: string; nonce: Buffer };
  /** `certificate` asks for no digest; `refuse` never takes one. */
  authentication: 'digest' | 'eachMessage' | 'certificate' | 'refuse';
  /** Changes what it sends before it goes out. */
  changeMessage: (text: string) => string;
  answerMessage(request: DeviceRequest): string;
}

export function referenceSessions(managementUrl: string): ReferenceSessions {
  let authenticatedSession: string | undefined;
  const server: ReferenceSessions = {
    rounds: [],
    messages: [],
    account: {
      name: 'pc-0001',
      secret: 'example-secret',
      nonce: Buffer.from('ABEiM0RVZneImaq7zN3u/w==', 'base64'),
    },
    authentication: 'digest',
    changeMessage: (text) => text,
    answerMessage({ body }) {
      const message = readXml(body!, 'the message of the device');
      server.messages.push(message);
      const header = requiredChild(message, ns.syncml, 'SyncHdr');
      const status = statusOf(header);
      const isRefused = status === 401 || status === 407;
      const statuses = statusesFor(message, status);
      const commands = isRefused ? [] : (server.rounds.shift() ?? []);
      const text = (name: string) => requiredText(header, ns.syncml, name);
      const device = requiredText(requiredChild(header, ns.syncml, 'Source'), ns.syncml, 'LocURI');
      return server.changeMessage(
        `<SyncML xmlns="${ns.syncml}"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>${text('SessionID')}</SessionID><MsgID>${text('MsgID')}</MsgID><Target><LocURI>${device}</LocURI></Target><Source><LocURI>${managementUrl}</LocURI></Source></SyncHdr><SyncBody>${statuses}${commands.join('')}<Final/></SyncBody></SyncML>`,
      );
    },
  };

  function statusOf(header: XmlElement): number {
    if (server.authentication === 'certificate') return 212;
    const session = requiredText(header, ns.syncml, 'SessionID');
    if (session === authenticatedSession && server.authentication === 'digest') return 200;
    const credential = optionalChild(header, ns.syncml, 'Cred');
    if (!credential) return 407;
    const isRight =
      server.authentication !== 'refuse' &&
      requiredText(credential, ns.syncml, 'Data') === digestOf(server.account, server.account.nonce);
    if (!isRight) return 401;
    authenticatedSession = session;
    return server.authentication === 'digest' ? 212 : 200;
  }

  function statusesFor(message: XmlElement, headerStatus: number): string {
    const msgRef = requiredText(requiredChild(message, ns.syncml, 'SyncHdr'), ns.syncml, 'MsgID');
    const isRefused = headerStatus === 401 || headerStatus === 407;
    server.account.nonce = Buffer.from(`nonce ${server.messages.length}`);
    const challenge =
      server.authentication === 'certificate'
        ? ''
        : `<Chal><Meta><Format xmlns="syncml:metinf">b64</Format><Type xmlns="syncml:metinf">syncml:auth-md5</Type><NextNonce xmlns="syncml:metinf">${server.account.nonce.toString('base64')}</NextNonce></Meta></Chal>`;
    const status = (id: number, cmdRef: string, cmd: string, chal: string) =>
      `<Status><CmdID>s${id}</CmdID><MsgRef>${msgRef}</MsgRef><CmdRef>${cmdRef}</CmdRef><Cmd>${cmd}</Cmd>${chal}<Data>${isRefused || id === 0 ? headerStatus : 200}</Data></Status>`;
    const answered = requiredChild(message, ns.syncml, 'SyncBody').children.filter(({ name }) =>
      ['Alert', 'Replace'].includes(name),
    );
    return [
      status(0, '0', 'SyncHdr', challenge),
      ...answered.map((command, index) =>
        status(index + 1, requiredText(command, ns.syncml, 'CmdID'), command.name, ''),
      ),
    ].join('');
  }

  return server;
}

/** What a device said of commands: `verb id: status`, and `id uri = data` for results. */
export function toldIn(message: XmlElement): string[] {
  const body = requiredChild(message, ns.syncml, 'SyncBody');
  const of = (element: XmlElement, name: string) => optionalText(element, ns.syncml, name);
  return body.children.flatMap((element) => {
    if (element.name === 'Status') {
      const target = of(element, 'TargetRef');
      const data = requiredChild(element, ns.syncml, 'Data');
      const original = data.attributes['msft:originalerror'];
      return [
        `${of(element, 'Cmd')} ${of(element, 'CmdRef')}${target === undefined ? '' : ` ${target}`}: ${data.text}${original === undefined ? '' : ` ${original}`}`,
      ];
    }
    if (element.name !== 'Results') return [];
    return childrenNamed(element, ns.syncml, 'Item').map((item) => {
      const uri = requiredText(requiredChild(item, ns.syncml, 'Source'), ns.syncml, 'LocURI');
      return `${of(element, 'CmdRef')} ${uri} = ${requiredChild(item, ns.syncml, 'Data').text}`;
    });
  });
}

/** A command on one node, as markup. */
export function command(
  verb: string,
  id: string,
  uri: string,
  value?: { readonly format: string; readonly data: string },
): string {
  const meta = value ? `<Meta><Format xmlns="syncml:metinf">${value.format}</Format></Meta>` : '';
  const data = value ? `<Data>${value.data}</Data>` : '';
  return `<${verb}><CmdID>${id}</CmdID><Item><Target><LocURI>${uri}</LocURI></Target>${meta}${data}</Item></${verb}>`;
}
