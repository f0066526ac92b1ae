import { isPlistDict, type PlistDict } from '../../../../kernel/plist/plist-value.ts';
import {
  booleanOf,
  dataOf,
  malformed,
  nameOf,
  quoted,
  readMessage,
  requiredData,
  requiredText,
  textOf,
} from '../../wire/fields.ts';
import { readIdentity, type AppleIdentity } from '../../wire/identity.ts';

const describing = [
  'DeviceName',
  'Model',
  'ModelName',
  'ProductName',
  'OSVersion',
  'BuildVersion',
  'SerialNumber',
  'IMEI',
  'MEID',
] as const;

/** How a device describes itself before it is asked, under Apple's names. */
type DeviceDescription = Readonly<Partial<Record<(typeof describing)[number], string>>>;

/** What a device says at the check-in URL. What may be undefined was not said, which never means that it is false or gone. */
export type CheckIn = { readonly identity: AppleIdentity } & (
  | { readonly type: 'Authenticate'; readonly topic: string; readonly device: DeviceDescription }
  | {
      readonly type: 'TokenUpdate';
      readonly topic: string;
      readonly token: Uint8Array;
      readonly pushMagic: string;
      readonly unlockToken: Uint8Array | undefined;
      readonly awaitingConfiguration: boolean | undefined;
      readonly notOnConsole: boolean | undefined;
    }
  | { readonly type: 'CheckOut' }
  | { readonly type: 'UserAuthenticate'; readonly digestResponse: string | undefined }
  | {
      readonly type: 'SetBootstrapToken';
      /** Null: the device has none any more. */
      readonly bootstrapToken: Uint8Array | null;
      readonly awaitingConfiguration: boolean | undefined;
    }
  | { readonly type: 'GetBootstrapToken' }
  | {
      readonly type: 'DeclarativeManagement';
      /** `tokens`, `declaration-items`, `status` or `declaration/…`. */
      readonly endpoint: string;
      /** JSON. */
      readonly data: Uint8Array | undefined;
    }
  | {
      readonly type: 'GetToken';
      readonly service: string;
      readonly parameters: Readonly<Partial<Record<(typeof tokenParameters)[number], string>>>;
    }
  | { readonly type: 'unknown'; readonly messageType: string }
);

const tokenParameters = ['SecurityToken', 'PhoneUDID', 'WatchUDID'] as const;

const longest = {
  messageType: 64,
  text: 256,
  endpoint: 512,
  digest: 4_096,
  pushToken: 1_024,
  unlockToken: 65_536,
  bootstrapToken: 65_536,
  declarativeData: 4 * 1_024 * 1_024,
} as const;

/**
 * Reads a check-in message. Faults: `malformedBody`.
 *
 * https://developer.apple.com/documentation/devicemanagement/check-in
 */
export function readCheckIn(bytes: Uint8Array): CheckIn {
  const dict = readMessage(bytes);
  const messageType = requiredText(dict, 'MessageType', longest.messageType);
  const identity = readIdentity(dict);
  switch (messageType) {
    case 'Authenticate':
      if (identity.parent !== null) throw malformed("A user's channel has no 'Authenticate'");
      return {
        type: 'Authenticate',
        identity,
        topic: topicOf(dict),
        device: textsOf(dict, describing, nameOf),
      };
    case 'TokenUpdate':
      return {
        type: 'TokenUpdate',
        identity,
        topic: topicOf(dict),
        token: requiredData(dict, 'Token', longest.pushToken),
        pushMagic: requiredText(dict, 'PushMagic', longest.text),
        unlockToken: dataOf(dict, 'UnlockToken', longest.unlockToken),
        awaitingConfiguration: booleanOf(dict, 'AwaitingConfiguration'),
        notOnConsole: booleanOf(dict, 'NotOnConsole'),
      };
    case 'CheckOut':
      return { type: 'CheckOut', identity };
    case 'UserAuthenticate':
      if (identity.parent === null) throw malformed("'UserAuthenticate' does not say which user");
      return {
        type: 'UserAuthenticate',
        identity,
        digestResponse: textOf(dict, 'DigestResponse', longest.digest),
      };
    case 'SetBootstrapToken':
      return {
        type: 'SetBootstrapToken',
        identity,
        bootstrapToken: dataOf(dict, 'BootstrapToken', longest.bootstrapToken) ?? null,
        awaitingConfiguration: booleanOf(dict, 'AwaitingConfiguration'),
      };
    case 'GetBootstrapToken':
      return { type: 'GetBootstrapToken', identity };
    case 'DeclarativeManagement':
      return {
        type: 'DeclarativeManagement',
        identity,
        endpoint: requiredText(dict, 'Endpoint', longest.endpoint),
        data: dataOf(dict, 'Data', longest.declarativeData),
      };
    case 'GetToken':
      return {
        type: 'GetToken',
        identity,
        service: requiredText(dict, 'TokenServiceType', longest.text),
        parameters: parametersOf(dict),
      };
    default:
      return { type: 'unknown', identity, messageType };
  }
}

function topicOf(dict: PlistDict): string {
  const topic = requiredText(dict, 'Topic', longest.text);
  if (!topic.startsWith('com.apple.mgmt.')) {
    throw malformed(`The topic ${quoted(topic)} does not begin with 'com.apple.mgmt.'`);
  }
  return topic;
}

function parametersOf(dict: PlistDict) {
  const parameters = dict['TokenParameters'];
  if (parameters === undefined) return {};
  if (!isPlistDict(parameters)) throw malformed("'TokenParameters' is not a dict");
  return textsOf(parameters, tokenParameters, textOf);
}

function textsOf<Key extends string>(
  dict: PlistDict,
  keys: readonly Key[],
  read: typeof textOf,
): Readonly<Partial<Record<Key, string>>> {
  const texts: Partial<Record<Key, string>> = {};
  for (const key of keys) {
    const text = read(dict, key, longest.text);
    if (text !== undefined) texts[key] = text;
  }
  return texts;
}
