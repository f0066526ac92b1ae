import { expect } from 'vitest';
import { readDict, type SimulatedChannel } from '../simulated-devices/apple/index.ts';
import { notes, passcode, restrictions, titlesOf, type Life, type LifeDevice } from './apple-life.ts';

interface Setting {
  readonly key: string;
  readonly value: { readonly payload: string; readonly deploymentChannel?: string };
  readonly state: string;
  readonly reason: string | null;
  readonly winner: object | null;
  /** What the device says that it has. */
  readonly reported: object | null;
}

const own = /^muster\./;

/** What must be once all has settled, whatever happened. */
export async function expectRightEnd(life: Life): Promise<void> {
  const { org, devices } = life;
  const commands = await org.commands();
  const open = commands.filter(
    ({ state }) => !['acknowledged', 'error', 'formatError', 'canceled'].includes(state),
  );
  expect(open).toEqual([]);
  const done = commands.filter(({ state }) => state === 'acknowledged').map(({ id }) => id.toUpperCase());
  const orders = devices.flatMap(({ device }) => [...device.state.orders]);
  expect(orders.filter(([, times]) => times !== 1)).toEqual([]);
  expect(new Set(orders.map(([id]) => id)).size).toBe(orders.length);
  expect(orders.map(([id]) => id)).toEqual(expect.arrayContaining(done));
  const results = await org.resultsOfCommands();
  expect(results.length).toBe(new Set(results).size);
  await expectToldOnce(life);
  for (const device of devices) await expectRightDevice(life, device);
}

/** The timelines tell no more than what the devices said, each once. */
async function expectToldOnce({ org, devices }: Life): Promise<void> {
  const results = devices.flatMap(({ observer }) => observer.results);
  const titles = await titlesOf(org);
  const told = (part: RegExp) => titles.filter((title) => part.test(title)).length;
  const said = (uuid: RegExp, isDone: boolean) =>
    results.filter(
      (result) =>
        uuid.test(result.uuid) && result.status !== 'NotNow' && (result.status === 'Acknowledged') === isDone,
    ).length;
  expect(told(/' was installed/)).toBeLessThanOrEqual(said(/^install\./, true));
  expect(told(/' was refused/)).toBeLessThanOrEqual(said(/^install\./, false));
  expect(told(/' could not be removed/)).toBeLessThanOrEqual(said(/^remove\./, false));
  expect(told(/refused declarative/)).toBeLessThanOrEqual(said(/^declare\./, false));
}

/** Whether the device refused something so often, or so finally, that the server does not tell it again. */
function isGivenUp({ observer }: LifeDevice): boolean {
  const failed = observer.results.filter(
    ({ uuid, status }) => /^(install|remove|declare)\./.test(uuid) && /Error/.test(status),
  );
  const counts = Map.groupBy(failed, ({ uuid }) => uuid);
  return (
    failed.some(({ status }) => status === 'CommandFormatError') ||
    [...counts.values()].some(({ length }) => length > 3)
  );
}

async function expectRightDevice(life: Life, one: LifeDevice): Promise<void> {
  const { device, observer, present } = one;
  expect(observer.broken).toEqual([]);
  const { serialNumber } = device.hardware;
  const { items } = await life.org.native('GET', `/devices?search=${serialNumber}`);
  expect(items).toMatchObject([{ state: 'ACTIVE' }]);
  const policy = await life.org.native('GET', `/devices/${items[0].id}/effective-policy?limit=1000`);
  const settings = (policy.settings as readonly Setting[]).map(asDelivered);
  // What is not as it should be is told.
  const isUp = isGivenUp(one) && settings.some(({ state, winner }) => state === 'error' || !winner);
  const wanted = { [passcode]: {}, [restrictions]: {} } as Record<string, Record<string, unknown>>;
  const profiles = { device: new Map<string, Setting>(), user: new Map<string, Setting>() };
  for (const setting of settings) {
    const { key, value, state, reason, winner } = setting;
    const isRaw = key.startsWith('profile/');
    if (state === 'notApplicable') {
      // The reason names what the device lacks.
      expect(device.hardware.isSupervised, reason ?? '').toBe(false);
      continue;
    }
    if (isRaw && winner) {
      const channel = value.deploymentChannel === 'userChannel' ? 'user' : 'device';
      profiles[channel].set(key.slice('profile/'.length), setting);
      // What users shall have is as far as it is with the last of them, and he may be away, as all of them may be.
      const isAway = present.size === 0 || device.state.users.size > present.size;
      if (state === 'verified' || (channel === 'user' && isAway)) continue;
      if (state === 'error' && (isUp || markOf(setting) === undefined)) {
        expect(reason).not.toBe('');
        continue;
      }
    } else if (!isRaw && state === 'verified') {
      const [payloadType, name] = key.split('/') as [string, string];
      wanted[payloadType]![name] = value;
      continue;
    } else if (isUp && (state === 'error' || !winner)) {
      expect(reason).not.toBe('');
      continue;
    }
    expect.fail(`${key} is ${state}: ${reason}`);
  }
  if (!isUp) {
    for (const [payloadType, values] of Object.entries(wanted)) {
      expect(device.effective(payloadType), payloadType).toEqual(values);
      const isDeclared = device.channel.declarations.settings.some(
        (said) => said.payloadType === payloadType,
      );
      const byProfile = device.channel.profiles.filter(({ identifier }) => identifier.endsWith(payloadType));
      const isWanted = Object.keys(values).length > 0;
      expect(byProfile.length + Number(isDeclared), payloadType).toBe(Number(isWanted));
    }
  }
  expectProfiles(device, profiles.device, isUp);
  for (const user of present.values()) expectProfiles(user, profiles.user, isUp);
}

/** That policies say different things is told in place of how far the one that counts has come, but for an error. */
function asDelivered(setting: Setting): Setting {
  if (setting.state !== 'conflict') return setting;
  return { ...setting, state: setting.reported ? 'verified' : 'pending' };
}

/** Exactly those that are wanted, in their present version; of one that the device does not take, an earlier one or none. */
function expectProfiles(
  { channel }: SimulatedChannel,
  wanted: ReadonlyMap<string, Setting>,
  isUp: boolean,
): void {
  const others = channel.profiles.filter(
    ({ source, identifier }) => source !== 'person' && !own.test(identifier),
  );
  const has = new Map(others.map((profile) => [profile.identifier, profile.payloads[0]?.['Mark']]));
  expect(has.size).toBe(others.length);
  for (const [identifier, setting] of wanted) {
    const isWrong = markOf(setting) === undefined;
    if (!isUp && !isWrong) expect(has.get(identifier), identifier).toBe(markOf(setting));
    has.delete(identifier);
  }
  if (!isUp) expect([...has.keys()]).toEqual([]);
}

/** Undefined for a profile that no device takes. */
function markOf({ value }: Setting): unknown {
  const { PayloadContent: payloads } = readDict(Buffer.from(value.payload, 'base64'));
  const [payload] = payloads as readonly Record<string, unknown>[];
  return payload!['PayloadType'] === notes ? payload!['Mark'] : undefined;
}
