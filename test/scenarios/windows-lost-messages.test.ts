import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConnectionLost, lossyTransport, type LossyTransport } from '../support/lossy-transport.ts';
import { printedRandomNumbers } from '../support/random-numbers.ts';
import { testServer, type TestServer } from '../support/server.ts';
import { settle, windowsScenario, type WindowsScenario } from '../support/windows-scenario.ts';

const policy = './Device/Vendor/MSFT/Policy/Config';
const uris = ['Camera/AllowCamera', 'Experience/AllowCortana', 'WiFi/AllowInternetSharing'].map(
  (name) => `${policy}/${name}`,
);
/** Nobody has heard of it. */
const hidden = './Device/Vendor/MSFT/Example/Hidden';
const minute = 60_000;

let server: TestServer;
let org: WindowsScenario;
beforeAll(async () => {
  server = await testServer();
  org = await windowsScenario(server, 'windows-cut');
});
afterAll(() => server[Symbol.asyncDispose]());

test('a line that breaks anywhere loses nothing, and nothing is ordered twice', async () => {
  const random = printedRandomNumbers('lost messages');
  let network: LossyTransport | undefined;
  const pc = await org.enrolled({
    overNetwork: (transport) => {
      network = lossyTransport(transport);
      return network.send;
    },
  });
  const { id } = await org.deviceOf(pc);
  const both = [
    await org.policy('one', { [uris[0]!]: '0', [uris[1]!]: '0' }),
    await org.policy('other', { [uris[0]!]: '1', [uris[2]!]: '0' }),
  ] as const;
  let restarts = 0;
  for (let round = 0; round < 12; round++) {
    const wanted = random(3);
    if (wanted < 2) await org.assign(pc, [both[wanted]!, 1]);
    else await org.assign(pc);
    if (random(3) === 0) {
      await org.native('POST', `/devices/${id}/commands`, { action: 'restart' });
      restarts += 1;
    }
    for (let cut = random(3); cut > 0; cut--) {
      network!.lose(random(2) === 0 ? 'request' : 'answer', random(4));
      await pc.sync().catch((error: unknown) => {
        if (!(error instanceof ConnectionLost)) throw error;
      });
      server.advance(random(20) * minute);
    }
    network!.heal();
    await settle(pc);
    const values = [
      ['0', '0', undefined],
      ['1', undefined, '0'],
      [undefined, undefined, undefined],
    ][wanted];
    expect(uris.map((uri) => pc.value(uri))).toEqual(values);
    expect((await org.effective(pc)).counts).toMatchObject({ pending: 0, error: 0 });
    const orders = (await org.native('GET', `/devices/${id}/commands`)).items as {
      state: string;
      error: string | null;
    }[];
    const done = orders.filter(({ state }) => state === 'acknowledged').length;
    const unknown = orders.filter(({ error }) => error?.includes('it may have done it')).length;
    expect(done + unknown).toBe(restarts);
    expect(pc.state.restarts).toBeGreaterThanOrEqual(done);
    expect(pc.state.restarts).toBeLessThanOrEqual(restarts);
  }
  for (const times of pc.state.orders.values()) expect(times).toBe(1);
}, 60_000);

test('after a reset of which nobody knows whether it was done, the PC has all again', async () => {
  let network: LossyTransport | undefined;
  const pc = await org.enrolled({
    // The server cannot see whether it is there.
    nodes: [{ uri: hidden, formats: ['chr'], access: 'ADR', isMadeByReplace: true }],
    overNetwork: (transport) => {
      network = lossyTransport(transport);
      return network.send;
    },
  });
  const { id } = await org.deviceOf(pc);
  await org.assign(pc, [await org.policy('all', { [uris[0]!]: '0', [hidden]: 'a' }), 1]);
  await settle(pc);
  for (const isReset of [true, false]) {
    await org.native('POST', `/devices/${id}/commands`, { action: 'resetForNextUser' });
    network!.lose(isReset ? 'request' : 'answer', isReset ? 2 : 1);
    await expect(pc.sync()).rejects.toThrow(ConnectionLost);
    expect(pc.value(hidden)).toBe(isReset ? undefined : 'a');
    await settle(pc);
    expect([pc.value(uris[0]!), pc.value(hidden)]).toEqual(['0', 'a']);
    expect((await org.native('GET', `/devices/${id}/commands`)).items[0]).toMatchObject({
      state: 'error',
      error: expect.stringContaining('it may have done it'),
    });
  }
  // What it was given before is not forgotten, because it may still have it.
  await org.assign(pc);
  await settle(pc);
  expect([pc.value(uris[0]!), pc.value(hidden)]).toEqual([undefined, undefined]);
});
