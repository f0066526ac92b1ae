import { expect } from 'vitest';
import { sql } from '../../src/database/index.ts';
import {
  ScepRefusal,
  ServerRefusal,
  writePlist,
  type SimulatedChannel,
  type SimulatedDevice,
} from '../simulated-devices/apple/index.ts';
import { exchangeObserver } from './apple-exchanges.ts';
import { enrollmentUrl, transportTo } from './apple-fleet.ts';
import type { Content, LifeStep } from './apple-life-steps.ts';
import { appleScenario, type AppleScenario } from './apple-scenario.ts';
import { ConnectionLost, lossyTransport } from './lossy-transport.ts';
import type { TestServer } from './server.ts';

const hour = 3_600_000;
const chain = [
  { ErrorDomain: 'MCMDMErrorDomain', ErrorCode: 12_011, LocalizedDescription: 'Not this time.' },
];
export const passcode = 'com.apple.mobiledevice.passwordpolicy';
export const restrictions = 'com.apple.applicationaccess';
export const notes = 'com.example.notes';

const mac = {
  kind: 'mac',
  policies: 'macOS',
  prefix: 'password',
  versions: ['12.6', '15.1', '15.4'],
} as const;
const iphone = {
  kind: 'iphone',
  policies: 'ios',
  prefix: 'passcode',
  versions: ['14.8', '18.1', '18.4'],
} as const;

/** Devices that get the same by other ways: profiles, or declarations, or both. Their versions: old, of today, new. */
const lifeKinds = {
  mac: { ...mac, supportsDeclarations: false },
  declaringMac: { ...mac, supportsDeclarations: true },
  iphone: { ...iphone, supportsDeclarations: true },
} as const;
export type LifeKind = keyof typeof lifeKinds;

const users = [
  { kind: 'mac', userId: 'U-1', shortName: 'ada', longName: 'Ada' },
  { kind: 'mac', userId: 'U-2', shortName: 'bob', longName: 'Bob' },
] as const;

export interface LifeDevice {
  readonly device: SimulatedDevice;
  readonly network: ReturnType<typeof lossyTransport>;
  readonly observer: ReturnType<typeof exchangeObserver>;
  /** Who is signed in, each as he was when he last was seen. */
  readonly present: Map<number, SimulatedChannel>;
}

export interface Life {
  readonly org: AppleScenario;
  readonly devices: readonly LifeDevice[];
  take(step: LifeStep): Promise<void>;
  settle(): Promise<void>;
}

/** A profile of an administrator's own as a policy has it. */
function ownProfile({ name, mark, keepsUuid, isWrong, isForUsers }: Content['profile']) {
  const uuid = (last: number) => `0A6A2F06-6B3F-4C2C-9C32-00000000000${last}`;
  const payload = writePlist({
    PayloadType: 'Configuration',
    PayloadVersion: 1,
    PayloadIdentifier: `com.example.${name}`,
    PayloadUUID: uuid(keepsUuid ? 0 : mark),
    PayloadDisplayName: name,
    PayloadContent: [
      {
        PayloadType: isWrong ? passcode : notes,
        PayloadVersion: 1,
        PayloadIdentifier: `com.example.${name}.payload`,
        PayloadUUID: uuid(9),
        ...(isWrong ? { minLength: 1_000 + mark } : { Mark: mark }),
      },
    ],
  });
  return {
    payload: payload.toString('base64'),
    payloadFileName: `${name}.mobileconfig`,
    payloadName: name,
    isForUsers,
  };
}

/** Devices of one kind in an organization of their own, to which anything can happen. */
export async function beginLife(
  server: TestServer,
  slug: string,
  kind: LifeKind,
  size: number,
): Promise<Life> {
  const org = await appleScenario(server, slug);
  const { kind: hardware, policies, prefix, versions, supportsDeclarations } = lifeKinds[kind];
  const url = await enrollmentUrl(server, org.tenant);
  const devices: LifeDevice[] = [];
  for (let count = 0; count < size; count++) {
    const network = lossyTransport(transportTo(server));
    const observer = exchangeObserver(network.send);
    const device = await org.enrolled({
      hardware: { kind: hardware, osVersion: versions[1], isSupervised: true },
      supportsDeclarations,
      transport: observer.send,
      maximumCommands: 40,
    });
    devices.push({ device, network, observer, present: new Map() });
  }
  const created = new Map<number, string>();
  const path = '/beta/deviceManagement/deviceConfigurations';
  const everybody = { target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } };
  const assign = (id: string, isAssigned: boolean) =>
    org.send('POST', `${path}/${id}/assign`, { assignments: isAssigned ? [everybody] : [] });

  /** The first two are of general settings, the others carry profiles. */
  function typed(slot: number, { settings, profile }: Content) {
    const type = (rest: string) => ({
      '@odata.type': `#microsoft.graph.${policies}${rest}`,
      displayName: 'One',
    });
    if (slot < 2) {
      const named = Object.entries(settings).map(([key, value]) => [
        /^[A-Z]/.test(key) ? prefix + key : key,
        value,
      ]);
      return { ...type('GeneralDeviceConfiguration'), ...Object.fromEntries(named) };
    }
    const { isForUsers, ...content } = ownProfile(profile);
    const deploymentChannel = isForUsers ? 'userChannel' : 'deviceChannel';
    return { ...type('CustomConfiguration'), ...content, ...(policies === 'macOS' && { deploymentChannel }) };
  }

  /** Without the network nothing happens, and whoever is not managed any more is told so. */
  const whileConnected = (work: Promise<unknown>) =>
    work.catch((error: unknown) => {
      if (error instanceof ConnectionLost || error instanceof ScepRefusal) return;
      if (error instanceof ServerRefusal && error.status === 403) return;
      throw error;
    });

  async function idOf({ device }: LifeDevice): Promise<string | undefined> {
    const { items } = await org.native('GET', `/devices?search=${device.hardware.serialNumber}`);
    expect(items.length).toBeLessThan(2);
    return items[0]?.id;
  }

  async function takeOnDevice(
    life: LifeDevice,
    taken: Exclude<LifeStep, { readonly do: 'wait' | 'create' | 'assign' | 'unassign' | 'delete' }>,
  ): Promise<void> {
    const { device, network, present } = life;
    const isEnrolled = device.state.enrollment !== undefined;
    switch (taken.do) {
      case 'checkIn':
        return void (isEnrolled && (await whileConnected(device.checkIn())));
      case 'checkInTogether':
        return void (isEnrolled && (await whileConnected(device.checkInTogether())));
      case 'userCheckIn':
        for (const index of present.keys()) {
          if (device.state.enrollment)
            await whileConnected(userOf(life, index).then((user) => user.checkIn()));
        }
        return;
      case 'signIn':
        if (isEnrolled && hardware === 'mac') await whileConnected(signIn(life, taken.user));
        return;
      case 'signOut':
        return void present.delete(taken.user);
      case 'lock':
        return device.lock();
      case 'unlock':
        device.powerOn();
        return void device.unlock();
      case 'removeProfile': {
        // What is declared the device keeps by itself.
        const own = device.state.enrollment?.profileIdentifier;
        const gone = device.channel.profiles.find(
          ({ source, identifier }) => source === 'command' && identifier !== own,
        );
        device.channel.profiles = device.channel.profiles.filter((profile) => profile !== gone);
        return;
      }
      case 'removeUserProfile':
        for (const { channel } of present.values()) channel.profiles = channel.profiles.slice(1);
        return;
      case 'order': {
        const id = await idOf(life);
        // Nobody can order anything of a device that has not finished to enrol, or that left.
        if (!isEnrolled || id === undefined) return;
        const needsPin = taken.action === 'wipe' && hardware === 'mac';
        await org
          .order({ kind: taken.action, ...(needsPin && { pin: '123456' }) }, id)
          .catch((error: unknown) => {
            if (!/is not enrolled|needs a supervised device/.test(String(error))) throw error;
          });
        return;
      }
      case 'enrollAgain':
        return void (await whileConnected(device.enroll(url)));
      case 'checkOut':
        return void (isEnrolled && (await whileConnected(device.checkOut())));
      case 'retire': {
        const id = await idOf(life);
        if (id !== undefined) await org.native('DELETE', `/devices/${id}`);
        return;
      }
      case 'update':
        Object.assign(device.hardware, { osVersion: versions[2] });
        Object.assign(device.setup, { supportsDeclarations: true });
        return;
      case 'fullReport':
        if (device.channel.declarations.isEnabled)
          await whileConnected(device.reportStatus({ isFull: true }));
        return;
      case 'setUpAnew':
        device.erase();
        Object.assign(device.hardware, {
          osVersion: versions[taken.isOld ? 0 : 1],
          isSupervised: taken.isSupervised,
        });
        Object.assign(device.setup, { supportsDeclarations: !taken.isOld && supportsDeclarations });
        return void (await whileConnected(device.enroll(url)));
      case 'fail':
        return device.fail(taken.requestType, taken.times, taken.isMalformed ? undefined : chain);
      case 'repeat':
        return device.repeatReports(taken.times);
      case 'lose':
        return network.lose(taken.what, taken.after);
      case 'patch':
      case 'patchMeanwhile': {
        const id = created.get(taken.slot);
        if (id === undefined) return;
        const patched = org.send('PATCH', `${path}/${id}`, typed(taken.slot, taken.content));
        const meanwhile =
          taken.do === 'patchMeanwhile' && isEnrolled && whileConnected(device.checkInTogether());
        await Promise.all([patched, meanwhile]);
        return;
      }
    }
  }

  return {
    org,
    devices,
    async take(taken) {
      switch (taken.do) {
        case 'wait':
          return server.advance(taken.hours * hour);
        case 'create':
          if (created.has(taken.slot)) return;
          created.set(taken.slot, (await org.send('POST', path, typed(taken.slot, taken.content))).id);
          if (taken.isAssigned) await assign(created.get(taken.slot)!, true);
          return;
        case 'assign':
        case 'unassign':
        case 'delete': {
          const id = created.get(taken.slot);
          if (id === undefined) return;
          if (taken.do !== 'delete') return void (await assign(id, taken.do === 'assign'));
          await org.send('DELETE', `${path}/${id}`);
          created.delete(taken.slot);
          return;
        }
        default:
          return takeOnDevice(devices[taken.who % devices.length]!, taken);
      }
    },
    async settle() {
      for (const { device, network } of devices) {
        network.heal();
        device.powerOn();
        device.unlock();
        device.state.failures.clear();
        await enrollIfNeeded(device, url);
      }
      // What failed is tried again within a day, and then all succeeds.
      for (const life of devices) await settleToday(life, url);
      for (let day = 0; day < 2; day++) {
        server.advance(24 * hour);
        for (const life of devices) await settleToday(life, url);
      }
    },
  };

  async function enrollIfNeeded(device: SimulatedDevice, by: string): Promise<void> {
    if (!device.state.enrollment) await device.enroll(by);
  }

  /** All that are signed in call until there is nothing to do. One that was told to leave may learn so now. */
  async function settleToday(life: LifeDevice, by: string): Promise<void> {
    const { device, present } = life;
    const calls = async (call: () => Promise<readonly unknown[]>) => {
      for (let count = 0; (await call()).length > 0; count++) expect(count).toBeLessThan(5);
    };
    await calls(async () => {
      const done = await device.checkIn().catch((error: unknown) => {
        if (!(error instanceof ServerRefusal) || device.state.enrollment) throw error;
        return [error];
      });
      device.powerOn();
      await enrollIfNeeded(device, by);
      return done;
    });
    for (const index of present.keys()) {
      const user = await userOf(life, index);
      await calls(() => user.checkIn());
    }
    await calls(() => device.checkIn());
  }
}

async function signIn({ device, present }: LifeDevice, index: number): Promise<SimulatedChannel> {
  const user = await device.user(users[index]!);
  if (!user) throw new Error('the user is not managed');
  present.set(index, user);
  return user;
}

/** Who is signed in while a device enrols again is a user of it again. */
async function userOf(life: LifeDevice, index: number): Promise<SimulatedChannel> {
  const before = life.present.get(index);
  const isKnown = before && [...life.device.state.users.values()].includes(before.channel);
  return isKnown ? before : signIn(life, index);
}

/** The titles of what the timelines of an organization's devices tell. */
export async function titlesOf({ tenant, server }: AppleScenario): Promise<string[]> {
  const { rows } = await sql<{ title: string }>`
    select title from devices_event where organization_id = ${tenant.organization.id}`.execute(
    server.database.connection,
  );
  return rows.map(({ title }) => title);
}
