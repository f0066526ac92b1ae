import { hexOfId } from '../../src/kernel/id.ts';
import { exampleMsi } from '../../src/protocols/windows/msi/fixtures/example-msi.ts';
import { inProcessTransport } from '../simulated-devices/transport.ts';
import type { SimulatedWindowsDevice, WindowsDeviceOptions } from '../simulated-devices/windows/index.ts';
import { ConnectionLost, lossyTransport } from './lossy-transport.ts';
import type { TestServer } from './server.ts';
import { enrollBy, windowsDevice, windowsEnrollment } from './windows-fleet.ts';
import {
  orderedNode,
  ownNodes,
  uriOf,
  type NodeName,
  type OrderName,
  type PolicyContent,
  type Step,
} from './windows-life-steps.ts';
import { windowsScenario, type WindowsScenario } from './windows-scenario.ts';

const second = 1_000;
const hour = 3_600_000;
/** With commands, at one time of the day. */
const mostSessions = 6;

const admx = `<policyDefinitions revision="1.0" schemaVersion="1.0"><policyNamespaces><target prefix="example" namespace="Example.Policies"/></policyNamespaces>
<categories><category name="Browser"/><category name="Start"><parentCategory ref="Browser"/></category></categories>
<policies><policy name="HomePage" class="Machine" key="Software\\Policies\\Example"><parentCategory ref="Start"/><elements><text id="Url" valueName="u"/></elements></policy></policies></policyDefinitions>`;

/** An organization with what policies bring to its PCs besides values of nodes. */
export interface LifeOrganization {
  readonly org: WindowsScenario;
  readonly admxConfigId: string;
  readonly winApplicationId: string;
}

/** A PC with policies of its own, to which things happen. */
export interface WindowsLife {
  readonly org: WindowsScenario;
  readonly pc: SimulatedWindowsDevice;
  take(step: Step): Promise<void>;
  /** Nothing is in the way of the PC any more, and two days pass. */
  settle(): Promise<void>;
  /** What the policies come to that the PC has now. */
  wanted(): Promise<PolicyContent>;
  /** As which devices the server has known the PC. */
  readonly deviceIds: ReadonlySet<string>;
  /** How a node was made to fail, each time. */
  failuresOf(node: NodeName): readonly Failing[];
}

type Failing = Extract<Step, { do: 'fail' }>;
type Policy = { readonly id: string; content: PolicyContent };

/** What the server knows of the PC; Windows 10 tells its serial number only in its first session. */
interface KnownDevice {
  readonly id: string;
  readonly state: string;
  readonly serialNumber: string | null;
}

export async function windowsLife(
  { org, admxConfigId, winApplicationId }: LifeOrganization,
  options: Partial<WindowsDeviceOptions>,
): Promise<WindowsLife> {
  const { server } = org;
  const line = lossyTransport(inProcessTransport((request) => server.app.server.inject(request)));
  let meanwhile: { after: number; readonly change: Step } | undefined;
  const pc = windowsDevice(server, {
    nodes: ownNodes,
    ...options,
    async transport(request) {
      if (meanwhile && meanwhile.after-- === 0) {
        const { change: happening } = meanwhile;
        meanwhile = undefined;
        await take(happening);
      }
      return line.send(request);
    },
  });
  const enroll = async () => enrollBy(pc, await windowsEnrollment(server, org.own.tenant));
  const policies = new Map<number, Policy>();
  /** The policies of which device: one that ended its management is another one when it comes back. */
  const assigned = new Map<number, { readonly deviceId: string; readonly priority: number }>();
  const failed: Failing[] = [];
  const deviceIds = new Set<string>();

  const device = async () => {
    const { items } = await org.native('GET', `/devices?search=${pc.hardware.serialNumber}`);
    const found = (items as readonly KnownDevice[]).find(
      ({ serialNumber }) => serialNumber === pc.hardware.serialNumber,
    );
    if (found) deviceIds.add(found.id);
    return found;
  };
  const deviceId = async () => (await device())?.id;
  const documentOf = ({ hasAdmx, hasApplication, ...values }: PolicyContent) => ({
    config: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [uriOf(name as NodeName), value]),
    ),
    admxConfigs: hasAdmx ? [{ winAdmxConfigId: admxConfigId }] : [],
    applications: hasApplication ? [{ winApplicationId, action: 'forceInstall' }] : [],
  });
  const saveAssignments = async () => {
    const id = await deviceId();
    if (id === undefined) return;
    for (const [slot, { deviceId: of }] of assigned) if (of !== id) assigned.delete(slot);
    const given = [...assigned].map(([slot, { priority }]) => [policies.get(slot)!.id, priority] as const);
    await org.assign(pc, ...given);
  };
  const assign = async (slot: number, strength: number) => {
    const id = await deviceId();
    if (id !== undefined) assigned.set(slot, { deviceId: id, priority: strength * 3 + slot });
    await saveAssignments();
  };
  /** Without the network, nothing happens. */
  const whileConnected = (work: Promise<unknown>) =>
    work.catch((error: unknown) => {
      if (!(error instanceof ConnectionLost)) throw error;
    });

  async function take(taken: Step): Promise<void> {
    server.advance(7 * second);
    const policy = 'slot' in taken ? policies.get(taken.slot) : undefined;
    switch (taken.do) {
      case 'create': {
        if (policy) return;
        const { slot, content } = taken;
        const { config, ...rest } = documentOf(content);
        policies.set(slot, { id: await org.policy(`policy ${slot}`, config, rest), content });
        if (taken.isAssigned) await assign(slot, taken.strength);
        return;
      }
      case 'patch':
        if (!policy) return;
        policy.content = taken.content;
        await org.applivery('PUT', `/policies/${policy.id}`, documentOf(taken.content));
        return;
      case 'assign':
        if (policy) await assign(taken.slot, taken.strength);
        return;
      case 'unassign':
      case 'delete':
        if (!policy) return;
        assigned.delete(taken.slot);
        await saveAssignments();
        if (taken.do === 'unassign') return;
        policies.delete(taken.slot);
        await org.applivery('DELETE', `/policies/${policy.id}`);
        return;
      case 'during':
        meanwhile = { after: taken.after, change: taken.change };
        return;
      case 'order':
        // Nobody can order anything of a PC that has not finished to enrol.
        if (pc.state.enrollment && pc.state.sessions > 0) await order(taken.order);
        return;
      case 'checkIn':
        if (pc.state.enrollment) await whileConnected(pc.sync());
        return;
      case 'signIn':
        return pc.signIn(taken.who);
      case 'lose':
        return line.lose(taken.what, taken.after);
      case 'fail': {
        const { node, status, verbs, times } = taken;
        failed.push(taken);
        return pc.fail(uriOf(node), { status, times, verbs });
      }
      case 'change':
        return change(taken.node, taken.how);
      case 'repeat':
        return pc.repeatResults(taken.times);
      case 'replay':
        if (pc.state.lastRequest) await whileConnected(pc.replay());
        return;
      case 'wait':
        return server.advance(taken.hours * hour);
      case 'enrollAgain':
        pc.forget();
        return void (await whileConnected(enroll()));
      case 'leave':
        if (pc.state.enrollment) await whileConnected(pc.unenroll());
    }
  }

  async function order(name: OrderName): Promise<void> {
    const { id, state } = (await device()) ?? {};
    if (id === undefined) return;
    const give = (body: object) => org.native('POST', `/devices/${id}/commands`, body);
    const raw = (...commands: readonly object[]) => give({ command: { commands } });
    const path = orderedNode;
    switch (name) {
      case 'restart':
      case 'resetForNextUser':
      case 'wipe':
        return give({ action: name });
      case 'scan':
        return give({ action: 'scanForMalware', quick: true });
      case 'rawRestart':
        return raw(
          { path: './DevDetail/SwV', action: 'Get' },
          { path: './Device/Vendor/MSFT/Reboot/RebootNow', action: 'Exec', format: 'null' },
        );
      case 'rawSet':
        return raw(
          { path, action: 'Replace', value: String(server.now().getTime()) },
          { path, action: 'Get' },
        );
      case 'rawRemove':
        return raw({ path, action: 'Delete' });
      case 'rawOfUser':
        return raw({ path: './User/Vendor/MSFT/Policy/Config/Experience/AllowWindowsTips', action: 'Get' });
      case 'retire':
        // Asked again it is removed at once, and the PC is not told.
        if (state === 'DELETE_REQUESTED') return;
        await org.applivery('DELETE', `/devices/${pc.hardware.serialNumber}`);
    }
  }

  /** Somebody changes what the server has set. */
  function change(node: NodeName, how: 'set' | 'remove'): void {
    const uri = uriOf(node);
    const has = [...pc.state.nodes.nodes.values()].find(({ segments }) => `./${segments.join('/')}` === uri);
    if (!has) return;
    if (how === 'remove') pc.removeLocally(uri);
    else
      pc.setLocally(uri, has.format === 'int' ? '77' : has.data === 'true' ? 'false' : 'changed', has.format);
  }

  /** What comes last may be an order to leave; then it enrols again. */
  async function callUntilDone(): Promise<void> {
    for (let sessions = 0; sessions < mostSessions; sessions++) {
      server.advance(7 * second);
      if (!pc.state.enrollment) await enroll();
      pc.signIn('user');
      if ((await pc.sync()).received.length === 0) return;
    }
    throw new Error('The PC is told commands again and again.');
  }

  async function settle(): Promise<void> {
    line.heal();
    meanwhile = undefined;
    pc.state.faults.clear();
    pc.state.repeats = 0;
    await callUntilDone();
    for (let day = 0; day < 2; day++) {
      server.advance(25 * hour);
      await callUntilDone();
    }
  }

  await enroll();
  await pc.sync();
  return {
    org,
    pc,
    deviceIds,
    take,
    settle,
    async wanted() {
      const id = await deviceId();
      const having = [...assigned].filter(([, { deviceId: of }]) => of === id);
      const weakestFirst = having.toSorted(([, one], [, other]) => other.priority - one.priority);
      const contents = weakestFirst.map(([slot]) => policies.get(slot)!.content);
      return {
        ...Object.assign({}, ...contents),
        hasAdmx: contents.some(({ hasAdmx }) => hasAdmx),
        hasApplication: contents.some(({ hasApplication }) => hasApplication),
      };
    },
    failuresOf: (name) => failed.filter(({ node }) => node === name),
  };
}

export async function lifeOrganization(server: TestServer, slug: string): Promise<LifeOrganization> {
  const org = await windowsScenario(server, slug);
  const { own } = org;
  const asset = await own.script('example.msi', undefined, {
    mimeType: 'application/x-msi',
    content: exampleMsi,
  });
  const application = await org.applivery('POST', '/applications', {
    type: 'asset',
    config: { mdmAssetId: hexOfId(asset.id) },
    info: { name: 'Example' },
  });
  const config = await org.applivery('POST', '/admx-configs', {
    appName: 'Example',
    settingType: 'Policy',
    fileName: 'example.admx',
    content: admx,
  });
  return { org, admxConfigId: config.id, winApplicationId: application.id };
}
