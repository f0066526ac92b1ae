import { expect } from 'vitest';
import { resultsOfOrders, storedOrders } from './stored-orders.ts';
import type { WindowsLife } from './windows-life.ts';
import { nodeNames, uriOf, type NodeName } from './windows-life-steps.ts';
import { toldOf } from './windows-scenario.ts';

/** What nodes hold that are always there, while nothing is set. */
const unset: Partial<Record<NodeName, string>> = {
  firewall: 'true',
  logSize: '1024',
  logFile: '%systemroot%\\system32\\LogFiles\\Firewall\\pfirewall.log',
  undeletable: '0',
};
/** Of these the server knows no way to take them back, or the PC refuses it. */
const mayStay: ReadonlySet<NodeName> = new Set(['logFile', 'undeletable']);

/** The PC has what its policies come to and nothing else, the server says so of each setting, and there is nothing left to do. */
export async function expectSettled(life: WindowsLife): Promise<void> {
  expect(toldOf(await life.pc.sync())).toEqual([]);
  await expectPolicies(life);
  await expectOrders(life);
}

/** Once the PC has said this of a node, it is not read any more. */
function cannotBeRead(life: WindowsLife, name: NodeName): boolean {
  return life
    .failuresOf(name)
    .some(({ status, verbs }) => [403, 404, 405, 406, 425].includes(status) && verbs.includes('Get'));
}

interface Explained {
  readonly key: string;
  readonly state: string;
  readonly reason: string | null;
}

async function expectPolicies(life: WindowsLife): Promise<void> {
  const { org, pc } = life;
  const wanted = await life.wanted();
  const settings: readonly Explained[] = (await org.effective(pc)).settings;
  const explained = new Map(settings.map((one) => [one.key, one]));
  for (const name of nodeNames) {
    const uri = uriOf(name);
    const told = explained.get(uri.toLowerCase());
    const has = pc.value(uri);
    const value = wanted[name];
    if (value === undefined) {
      if (told) {
        expect([name, told.state, told.reason]).toEqual([name, 'retained', expect.any(String)]);
        expect([name, mayStay.has(name) || life.failuresOf(name).length > 0, told.reason]).toEqual([
          name,
          true,
          told.reason,
        ]);
      } else expect([name, has]).toEqual([name, unset[name]]);
      continue;
    }
    const state = told?.state;
    const is = [name, state, told?.reason, has];
    if (name === 'ofAdmx' && !wanted.hasAdmx)
      expect(is).toEqual([name, 'error', expect.any(String), undefined]);
    else if (name.startsWith('laps') && pc.hardware.form === 'windows10') {
      expect(is).toEqual([name, 'notApplicable', expect.any(String), undefined]);
    } else if (
      name === 'ofAdmx' ||
      name === 'unreadable' ||
      (state === 'delivered' && cannotBeRead(life, name))
    ) {
      expect(is).toEqual([name, 'delivered', expect.any(String), value]);
    } else expect(is).toEqual([name, 'verified', null, value]);
  }
  const product =
    './Device/Vendor/MSFT/EnterpriseDesktopAppManagement/MSI/%7B3F2504E0-4F89-41D3-9A0C-0305E82C3301%7D';
  expect(pc.value(`${product}/Status`)).toBe(wanted.hasApplication ? '70' : undefined);
  const file = './Device/Vendor/MSFT/Policy/ConfigOperations/ADMXInstall/Example/Policy/example.admx';
  expect(pc.value(file) !== undefined).toBe(wanted.hasAdmx);
}

/** What must not be done twice, even where nobody knows whether it was done. */
const doneOnce = /RebootNow|AutomaticRedeployment|RemoteWipe/;

async function expectOrders({ org: { server, own }, pc, deviceIds }: WindowsLife): Promise<void> {
  const orders = (await storedOrders(server, own.tenant)).filter(({ deviceId }) => deviceIds.has(deviceId));
  for (const { id, type, state, error } of orders) {
    expect(['acknowledged', 'error', 'canceled'], type).toContain(state);
    if (!doneOnce.test(type)) continue;
    const done = [...pc.state.orders]
      .filter(([commandId]) => commandId.includes(id))
      .reduce((sum, [, times]) => sum + times, 0);
    const most = state === 'acknowledged' ? [1] : [0, 1];
    expect(most, `${type} (${state}, ${error})`).toContain(done);
  }
  const results = await resultsOfOrders(server, own.tenant);
  expect(results.length).toBe(new Set(results).size);
}
