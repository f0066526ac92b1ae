import type { AppleChannel } from '../../../devices/apple-channels/index.ts';
import { lockWaitingCommands } from '../../../devices/commands/index.ts';
import { devicesByIds, factsOf, type Device } from '../../../devices/index.ts';
import { inventoryOf, saveInventory } from '../../../devices/inventory/index.ts';
import { hexOfId } from '../../../kernel/id.ts';
import { isOlder } from '../../../kernel/version.ts';
import {
  desiredStateOf,
  digestOfValue,
  lockDelivery,
  noDocument,
  systemOf,
  type DocumentReader,
  type ResolvedDocument,
} from '../../../policies/index.ts';
import type { WriteContext } from '../../../tenancy/index.ts';
import { declarationsToken } from '../declarations/answers.ts';
import type { Declaration } from '../declarations/declaration.ts';
import { deliveryOf } from '../delivery/delivery.ts';
import { profileUrl } from '../declarations/profile-url.ts';
import type { DeviceFacts } from '../delivery/facts.ts';
import type { Undeliverable, WantedDeclaration } from '../delivery/wanted.ts';
import type { Call } from './call.ts';
import { withTries } from './declared-again.ts';
import { inventoryPartsFor } from './inventory.ts';
import { itemOfProfile, type ProfileToHave } from './profile-delivery.ts';
import { withUndeliverable } from './undeliverable.ts';

/** What is needed to tell what a device shall have. */
export interface DeliverySources {
  readonly documents: DocumentReader;
  /** Origin without a slash at the end. */
  readonly publicUrl: string;
}

/** What a device shall have by one of its channels. */
export interface ToHave {
  readonly documentKey: string;
  /** Undefined where it is not worked out. */
  readonly document: ResolvedDocument | undefined;
  readonly profiles: readonly ProfileToHave[];
  readonly declared: readonly WantedDeclaration[];
  readonly declarations: readonly Declaration[];
  /** What cannot be sent to the device as it is. */
  readonly undeliverable: readonly Undeliverable[];
  /** Of the value of each setting, by its key. */
  readonly digests: ReadonlyMap<string, string>;
  /** Undefined for a device of which it is not known what it can take. */
  readonly facts: DeviceFacts | undefined;
}

/** A certificate is replaced so long before it ends: devices can be off for weeks. */
const renewedBefore = 60 * 24 * 3_600_000;

/** The channel must be locked. */
export async function situationOf(
  context: WriteContext,
  channel: AppleChannel,
  sources: DeliverySources,
): Promise<Call> {
  const { now } = context;
  const { deviceId } = channel;
  const device = (await devicesByIds(context, [deviceId])).get(deviceId)!;
  const commands = await lockWaitingCommands(context, deviceId, channel.id);
  const delivery = await lockDelivery(context, deviceId, channel.id);
  const wanted = await toHaveBy(context, device, channel, sources);
  const { profiles, undeliverable, ...toHave } = withTries(wanted, delivery, now);
  const own = channel.id === channel.deviceChannel;
  const { certificateEnds } = channel;
  return {
    now,
    channel,
    device,
    isLeaving: own && device.state === 'DELETE_REQUESTED',
    commands,
    delivery: withUndeliverable(delivery, undeliverable, toHave.digests, now),
    wanted: profiles,
    isOutdated: false,
    ...toHave,
    inventoryParts: inventoryPartsFor(channel, delivery),
    declarationsToken: isToBeTold(toHave, channel) ? declarationsToken(toHave.declarations) : undefined,
    endingCertificate:
      own && certificateEnds.getTime() - now.getTime() < renewedBefore
        ? certificateEnds.toISOString()
        : undefined,
  };
}

/**
 * Where a device knows declarations, there is at least that of what it shall report. What was ever declared goes only when the device is told
 * what is left, be it nothing.
 */
function isToBeTold(
  { declarations, document, facts }: Pick<ToHave, 'declarations' | 'document' | 'facts'>,
  { declarationsToken: told }: AppleChannel,
): boolean {
  return document !== undefined && facts !== undefined && (declarations.length > 0 || told !== null);
}

/** What the device shall have by this channel, as it is stored now. */
export async function toHaveBy(
  context: WriteContext,
  device: Device,
  channel: Pick<AppleChannel, 'id' | 'deviceChannel'>,
  { documents, publicUrl }: DeliverySources,
): Promise<ToHave> {
  const state = await desiredStateOf(context, device.id, documents);
  const documentKey = state?.documentKey ?? noDocument;
  const document = state?.document ?? undefined;
  const facts = await factsForDelivery(context, device, publicUrl);
  if (!document || !facts) {
    return {
      documentKey,
      document,
      profiles: [],
      declared: [],
      declarations: [],
      undeliverable: [],
      digests: new Map(),
      facts,
    };
  }
  const { wanted, declarations, undeliverable } = deliveryOf(document, facts);
  const own = channel.id === channel.deviceChannel;
  const digests = digestsOf(document);
  return {
    documentKey,
    document,
    facts,
    digests,
    profiles: wanted.flatMap((item) => {
      if (item.via !== 'profile' || item.channel !== (own ? 'device' : 'user')) return [];
      const { identifier, uuid, displayName, hash: version, bytes, keys } = item;
      const values = Object.fromEntries(keys.map((key) => [key, digests.get(key)!]));
      return [{ item: itemOfProfile(identifier), version, identifier, uuid, displayName, values, bytes }];
    }),
    declared: own ? wanted.filter((item) => item.via === 'declaration') : [],
    declarations: own ? declarations : [],
    undeliverable: own ? undeliverable : [],
  };
}

function digestsOf({ settings }: ResolvedDocument): Map<string, string> {
  return new Map(settings.map(({ key, value }) => [key, digestOfValue(value)]));
}

/** What a device said of declarations, under which version of its system. */
export interface DeclarationSupport {
  readonly configurations: readonly string[];
  readonly statusItems: readonly string[];
  readonly osVersion: string | null;
}

export async function keepDeclarationSupport(
  context: WriteContext,
  device: Device,
  { configurations, statusItems }: Pick<DeclarationSupport, 'configurations' | 'statusItems'>,
): Promise<void> {
  await saveInventory(context, device.id, 'declarations', {
    configurations: [...configurations],
    statusItems: [...statusItems],
    osVersion: device.summary.osVersion ?? null,
  });
}

async function factsForDelivery(
  context: WriteContext,
  device: Device,
  publicUrl: string,
): Promise<DeviceFacts | undefined> {
  const system = systemOf(factsOf(device));
  if (system === undefined || system === 'windows') return undefined;
  const { organization } = context.scope;
  const owned = { organizationId: organization.id, id: device.id };
  const [told] = await inventoryOf(context.db, [owned], ['declarations']);
  const capabilities = told?.declarations?.content as Partial<DeclarationSupport> | undefined;
  const { osVersion } = device.summary;
  const holds = capabilities !== undefined && stillHolds(capabilities, osVersion);
  return {
    organizationHex: hexOfId(organization.id),
    system,
    osVersion,
    supervised: device.summary.supervised,
    declarations: holds ? capabilities.configurations : undefined,
    statusItems: holds ? capabilities.statusItems : undefined,
    // Devices fetch profiles by https alone.
    profileUrl: publicUrl.startsWith('https:')
      ? (hash) => profileUrl(publicUrl, context, device.id, hash)
      : undefined,
  };
}

/**
 * What a device can do it can do in later versions too, of which it tells after it has told the version; but one that knew nothing of
 * declarations can have learned of them.
 */
function stillHolds(
  { configurations = [], osVersion: told }: Partial<DeclarationSupport>,
  osVersion: string | undefined,
): boolean {
  if (told === (osVersion ?? null)) return true;
  if (told == null || osVersion === undefined) return false;
  return configurations.length > 0 && !isOlder(osVersion, told);
}
