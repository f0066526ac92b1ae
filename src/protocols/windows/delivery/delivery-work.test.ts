import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '../../../../test/support/server.ts';
import {
  windowsOrganization,
  type WindowsOrganization,
} from '../../../../test/support/windows-organization.ts';
import { sql } from '../../../database/index.ts';
import { listEvents } from '../../../devices/events/index.ts';
import { deviceKey } from '../../../devices/index.ts';
import { hexOfId, type Id } from '../../../kernel/id.ts';
import {
  createAdmxConfig,
  createApplication,
  createAsset,
  createPolicy,
  addTarget,
  deviceConfigurations,
  updateAdmxConfig,
  updateWindowsDevice,
  type WindowsPolicy,
} from '../../../policies/index.ts';
import { exampleMsi } from '../msi/fixtures/example-msi.ts';
import { deliveredPc } from './fixtures/delivered-pc.ts';
import { ModelPc } from './fixtures/model-pc.ts';

let server: TestServer;
let own: WindowsOrganization;
beforeAll(async () => {
  server = await testServer();
  own = await windowsOrganization(server, 'delivery');
});
afterAll(() => server[Symbol.asyncDispose]());

const area = './Device/Vendor/MSFT/Policy/Config/Test';
const keyOf = (path: string) => path.toLowerCase();

/** Gives a device these policies by an administrator, the first one the strongest. */
const give = (id: Id, ...policies: readonly WindowsPolicy[]) =>
  own.change((context) =>
    updateWindowsDevice(context, deviceKey(hexOfId(id)), undefined, {
      direct: policies.map(({ id: policyId }, index) => ({
        policy: { id: policyId, path: 'policy' },
        priority: 10 + index,
      })),
    }),
  );

async function effective(id: Id) {
  const url = `/api/v1/organizations/delivery/devices/${id}/effective-policy?limit=1000`;
  const { json } = await server.send({ url, token: own.tenant.token });
  return json as {
    settings: {
      key: string;
      state: string;
      reason: string | null;
      winner: object | null;
      reported: object | null;
    }[];
    counts: Record<string, number>;
  };
}

const verbsOf = (messages: readonly (readonly { command: { verb: string } }[])[]) =>
  messages.map((commands) => commands.map(({ command }) => command.verb));

describe('settings', () => {
  test('are set, read back and reported; an unchanged session says nothing', async () => {
    const { id, pc, session, device } = await deliveredPc(server, own);
    await give(id, await own.policy('P', { config: { [`${area}/A`]: 1, [`${area}/B`]: '2' } }));
    expect((await effective(id)).settings).toMatchObject([{ state: 'pending' }, { state: 'pending' }]);
    const first = await session();
    expect(verbsOf(first.messages)).toEqual([
      ['Replace', 'Replace'],
      ['Get', 'Get'],
    ]);
    expect(pc.nodes.get(keyOf(`${area}/A`))).toBe('1');
    expect(await device()).toMatchObject({
      config: { [`${area}/A`]: '1', [`${area}/B`]: '2' },
      configDates: { [`${area}/A`]: server.now().toISOString() },
      revision: 2,
    });
    expect((await effective(id)).settings).toMatchObject([
      { key: keyOf(`${area}/A`), state: 'verified', reason: null, reported: { value: '1' } },
      { key: keyOf(`${area}/B`), state: 'verified' },
    ]);
    const second = await session();
    expect(second.messages).toEqual([]);
    expect(second.statements).toBeLessThan(9);
  });

  test('what is changed on the PC is set again when a report is due, and an event says so', async () => {
    const { id, pc, session } = await deliveredPc(server, own);
    await give(id, await own.policy('P', { config: { [`${area}/A`]: 1 } }));
    await session();
    pc.nodes.set(keyOf(`${area}/A`), '7');
    expect((await session()).messages).toEqual([]);
    const report = await session({ isReportDue: true });
    expect(verbsOf(report.messages)).toEqual([['Get'], ['Replace'], ['Get']]);
    expect(pc.nodes.get(keyOf(`${area}/A`))).toBe('1');
    const events = await own.change((context) => listEvents(context, id, { limit: 10 }));
    expect(events.map(({ title }) => title)).toContain(
      `'${area}/A' was changed on the PC, which has '7'. It is set again.`,
    );
  });

  test('that are refused say why, are tried again later and are in the device’s config as failed', async () => {
    const pc = new ModelPc({ failing: new Map([[keyOf(`${area}/A`), 405]]) });
    const { id, session, device } = await deliveredPc(server, own, pc);
    await give(id, await own.policy('P', { config: { [`${area}/A`]: 1 } }));
    await session();
    const reason = 'The PC refused it: the node does not take this command (405).';
    expect((await device()).config).toEqual({
      [`${area}/A`]: {
        isError: true,
        status: 405,
        reason,
        attempts: [{ at: server.now().toISOString(), status: 405 }],
      },
    });
    const retry = new Date(server.now().getTime() + 3_600_000).toISOString();
    expect((await effective(id)).settings).toMatchObject([
      { state: 'error', reason: `${reason} It is tried again from ${retry} on.` },
    ]);
    expect((await session()).messages).toEqual([]);
    server.advance(3_600_000);
    expect((await session()).messages).toHaveLength(2);
  });

  test('of the user wait until the user signs in', async () => {
    const path = './User/Vendor/MSFT/Policy/Config/Test/U';
    const { id, pc, session } = await deliveredPc(server, own);
    await give(id, await own.policy('P', { config: { [path]: 1, [`${area}/A`]: 1 } }));
    await session();
    expect((await session()).messages).toEqual([]);
    const [, ofUser] = (await effective(id)).settings.toSorted((one, other) =>
      one.key < other.key ? -1 : 1,
    );
    expect(ofUser).toMatchObject({
      state: 'pending',
      reason: /^It waits for the user to sign in\./ as never,
    });
    await session({ userIsSignedIn: true });
    expect(pc.nodes.get(keyOf(path))).toBe('1');
  });

  test('that go are deleted; the weaker value comes back without a deletion; what cannot go is retained', async () => {
    const kept = './Device/Vendor/MSFT/Other/Kept';
    const pc = new ModelPc({ undeletable: [keyOf(kept)] });
    const { id, session } = await deliveredPc(server, own, pc);
    const strong = await own.policy('Strong', {
      config: { [`${area}/A`]: 1, [`${area}/B`]: 1, [kept]: 'x' },
    });
    const weak = await own.policy('Weak', { config: { [`${area}/A`]: 2 } });
    await give(id, strong, weak);
    await session();
    await give(id, weak);
    expect((await effective(id)).settings).toMatchObject([
      { key: keyOf(`${area}/A`), winner: {}, state: 'pending' },
    ]);
    const { messages } = await session();
    expect(messages[0]!.map(({ command }) => 'locUri' in command && [command.verb, command.locUri])).toEqual([
      ['Replace', `${area}/A`],
      ['Delete', `${area}/B`],
      ['Delete', kept],
    ]);
    expect(pc.nodes).toEqual(
      new Map([
        [keyOf(`${area}/A`), '2'],
        [keyOf(kept), 'x'],
      ]),
    );
    const { settings, counts } = await effective(id);
    expect(settings).toMatchObject([
      { key: keyOf(`${area}/A`), state: 'verified' },
      {
        key: keyOf(kept),
        title: kept,
        value: null,
        winner: null,
        state: 'retained',
        reason:
          'No policy wants it any more, and it stays on the device. The PC did not remove it: the node does not take this command (405).',
      },
    ]);
    expect(counts).toMatchObject({ verified: 1, retained: 1 });
    expect((await session()).messages).toEqual([]);
  });
});

test('an ADMX file comes before its policies, again with another text, and goes after them', async () => {
  const { id, pc, session } = await deliveredPc(server, own);
  const file = await own.change((context) =>
    createAdmxConfig(context, {
      appName: 'Tool',
      settingType: 'Policy',
      fileName: 'Tool 1.admx',
      description: null,
      content: '<policyDefinitions a="ü"/>',
    }),
  );
  const policy = './Device/Vendor/MSFT/Policy/Config/Tool~Policy~Cat/Setting';
  const ingested = './device/vendor/msft/policy/configoperations/admxinstall/tool/policy/tool%201.admx';
  await give(
    id,
    await own.policy('P', {
      config: { [policy]: '<enabled/>' },
      admxConfigs: [{ winAdmxConfigId: file.id }],
    }),
  );
  const { messages } = await session();
  expect(verbsOf(messages)).toEqual([['Replace', 'Replace']]);
  expect([...pc.nodes]).toEqual([
    [ingested, '<policyDefinitions a="ü"/>'],
    [keyOf(policy), '<enabled/>'],
  ]);
  expect((await effective(id)).settings).toMatchObject([
    { state: 'delivered', reason: /^The PC took it\. Windows does not tell/ as never },
    { state: 'delivered' },
  ]);
  expect((await session()).messages).toEqual([]);
  await own.change((context) => updateAdmxConfig(context, file.id, undefined, { description: 'Other' }));
  expect((await session()).messages).toEqual([]);
  await own.change((context) => updateAdmxConfig(context, file.id, undefined, { content: '<other/>' }));
  // What the other text brings is set again, after it.
  expect(verbsOf((await session()).messages)).toEqual([['Replace', 'Replace']]);
  expect(pc.nodes.get(ingested)).toBe('<other/>');
  await give(id);
  const [gone] = (await session()).messages;
  expect(gone!.map(({ command }) => 'locUri' in command && keyOf(command.locUri))).toEqual([
    keyOf(policy),
    ingested,
  ]);
  expect(pc.nodes.size).toBe(0);
});

test('a package is installed from a sealed address, watched, and uninstalled when it goes', async () => {
  const { id, pc, session, device } = await deliveredPc(server, own);
  const application = await own.change(async (context) => {
    const asset = await createAsset(context, {
      fileName: 'tool.msi',
      mimeType: 'application/x-msi',
      content: exampleMsi,
    });
    return createApplication(context, {
      type: 'asset',
      config: { mdmAssetId: asset.id },
      info: { name: 'Tool' },
    });
  });
  const wanted = { winApplicationId: application.id, configuration: { arguments: '/qn A="1"' } };
  await give(id, await own.policy('P', { applications: [wanted] }));
  const first = await session();
  expect(verbsOf(first.messages)).toEqual([
    ['Add', 'Exec'],
    ['Get', 'Get'],
  ]);
  const [job] = pc.jobs as [string];
  expect(job).toMatch(/^<MsiInstallJob id="\{[0-9A-F-]{36}\}"><Product Version="2\.4\.1">/);
  expect(job).toContain('<CommandLine>/qn A=&quot;1&quot;</CommandLine>');
  const [, address] = /<ContentURL>https:\/\/localhost:8443([^<]+)</.exec(job)!;
  const answer = await server.app.server.inject({ method: 'GET', url: address! });
  expect([answer.statusCode, answer.rawPayload.equals(exampleMsi)]).toEqual([200, true]);
  expect((await effective(id)).settings).toMatchObject([
    { state: 'delivered', reason: 'The PC installs it: it is being installed (50).' },
  ]);
  const status =
    './device/vendor/msft/enterprisedesktopappmanagement/msi/%7b3f2504e0-4f89-41d3-9a0c-0305e82c3301%7d/status';
  pc.nodes.set(status, '70');
  await session();
  expect((await effective(id)).settings).toMatchObject([{ state: 'verified' }]);
  expect((await session()).messages).toEqual([]);
  expect(Object.values((await device()).config)).toEqual(['70']);
  await give(id);
  await session();
  expect(pc.nodes.size).toBe(0);
  expect((await device()).config).toEqual({});
});

test('an application that cannot be installed says why', async () => {
  const { id, session } = await deliveredPc(server, own);
  const store = await own.application('9NBLGGH4NNS1');
  await give(id, await own.policy('P', { applications: [{ winApplicationId: store.id }] }));
  expect((await session()).messages).toEqual([]);
  expect((await effective(id)).settings).toMatchObject([
    {
      state: 'notApplicable',
      reason: 'This version installs applications from uploaded MSI packages only.',
    },
  ]);
});

test('a secret is sent and stored nowhere in clear', async () => {
  const { id, pc, session, device } = await deliveredPc(server, own);
  const path = './Device/Vendor/MSFT/WiFi/Profile/Home/WlanXml';
  await own.change(async (context) => {
    const policy = await createPolicy(context, deviceConfigurations, {
      kind: 'windows10CustomConfiguration',
      name: 'Secret',
      document: {
        omaSettings: [
          {
            '@odata.type': '#microsoft.graph.omaSettingString',
            displayName: 'WiFi',
            omaUri: path,
            value: 'hunter2-in-clear',
          },
        ],
      },
    });
    await addTarget(context, deviceConfigurations, policy.id, {
      target: { kind: 'allDevices' },
      path: 'target',
    });
  });
  await session();
  expect(pc.nodes.get(keyOf(path))).toBe('hunter2-in-clear');
  expect((await effective(id)).settings).toMatchObject([
    { state: 'delivered', reason: 'The PC took it. It is secret, so it is not read back.' },
  ]);
  expect((await session({ isReportDue: true })).messages).toEqual([]);
  const stored = await sql<{ items: string }>`
    select items::text from policies_delivery where device_id = ${id}`.execute(server.database.connection);
  expect(stored.rows[0]!.items).toContain(keyOf(path));
  expect(stored.rows[0]!.items + JSON.stringify(await device())).not.toContain('hunter2');
});
