import { loadInRounds, type Target } from './load.ts';
import { call, headers, startMuster } from './muster.ts';
import type { Started } from './processes.ts';
import { uploadPushCertificate } from './push-certificate.ts';
import { copyForBareServer, startBareServer } from './yardstick.ts';

/**
 * The five operations, reads and writes, beside a bare Fastify route that does one primary-key read on the same database in the same
 * run. Rounds alternate between all of them, because machines get faster and slower by the minute; the middle round is printed.
 */
export async function benchmarkOperations(settings: {
  seconds: number;
  rounds: number;
  connections: number;
}): Promise<void> {
  await using muster = await startMuster({ options: ['--demo'] });
  const targets = await prepare(muster.url);
  await copyForBareServer(muster.databaseUrl, targets.document);
  await using bare = await startBareServer(muster.databaseUrl);
  const bareTarget: Target = {
    name: 'bare Fastify route, one primary-key read',
    url: `${bare.url}/item/1`,
  };
  await measure([bareTarget, ...targets.all], settings, { muster, bare });
}

async function measure(
  targets: readonly Target[],
  settings: { seconds: number; rounds: number; connections: number },
  processes: { muster: Started; bare: Started },
): Promise<void> {
  const { seconds, rounds, connections } = settings;
  console.log(
    `\n${connections} connections, ${rounds} rounds of ${seconds} s each; the middle round of each line\n`,
  );
  const results = await loadInRounds(targets, settings);
  const bareRate = results[0]!.perSecond;
  const width = Math.max(...targets.map(({ name }) => name.length));
  console.log(`${''.padEnd(width)}  requests/s  p50 ms  p99 ms  of bare`);
  for (const [index, { name }] of targets.entries()) {
    const { perSecond, p50, p99 } = results[index]!;
    console.log(
      [
        name.padEnd(width),
        perSecond.toFixed(0).padStart(10),
        p50.toFixed(0).padStart(6),
        p99.toFixed(0).padStart(6),
        (perSecond / bareRate).toFixed(2).padStart(7),
      ].join('  '),
    );
  }
  console.log(
    `\nmemory after the load: Muster ${processes.muster.memory()} MB, bare ${processes.bare.memory()} MB`,
  );
}

/** Makes one of each thing through the API, as an administrator's tool would. */
async function prepare(url: string): Promise<{ all: Target[]; document: unknown }> {
  const applivery = `${url}/v1/organizations/default/mdm`;
  const graph = `${url}/v1.0/deviceManagement`;

  const configuration = JSON.stringify({
    entraId: { tenantId: 'tenant', clientId: 'client', clientSecret: 'a secret of the benchmark' },
  });
  await call('PUT', `${applivery}/configurations`, configuration);

  const policy = await call('POST', `${applivery}/windows/enterprise/policies`, {
    name: 'Corporate Security Baseline',
    config: { './Device/Vendor/MSFT/Policy/Config/Security/RequireDeviceEncryption': '1' },
  });
  const devices = await call('GET', `${applivery}/windows/enterprise/devices?limit=1`);
  const device = `${applivery}/windows/enterprise/devices/${devices.data.items[0].id}`;
  const deviceChange = { displayName: 'Sales Team Laptop', tags: ['finance'], winPolicyId: policy.data.id };
  await call('PUT', device, deviceChange);

  const push = await uploadPushCertificate(url);

  const macPolicy = {
    '@odata.type': '#microsoft.graph.macOSGeneralDeviceConfiguration',
    displayName: 'Passwords',
    passwordRequired: true,
    passwordMinimumLength: 12,
  };
  const document = await call('POST', `${graph}/deviceConfigurations`, macPolicy);
  const partner = await call('POST', `${graph}/complianceManagementPartners`, {
    displayName: 'Partner',
    macOsOnboarded: true,
  });

  const pair = (name: string, target: string, method: 'PUT' | 'PATCH', body: unknown): Target[] => [
    { name: `${name} GET`, url: target, headers },
    { name: `${name} ${method}`, url: target, method, headers, body: JSON.stringify(body) },
  ];
  return {
    document,
    all: [
      ...pair('1 mdm/configurations', `${applivery}/configurations`, 'PUT', JSON.parse(configuration)),
      ...pair('2 windows device', device, 'PUT', deviceChange),
      ...pair(
        '3 applePushNotificationCertificate',
        `${graph}/applePushNotificationCertificate`,
        'PATCH',
        push,
      ),
      ...pair(
        '4 macOSGeneralDeviceConfiguration',
        `${graph}/deviceConfigurations/${document.id}`,
        'PATCH',
        macPolicy,
      ),
      ...pair(
        '5 complianceManagementPartner',
        `${graph}/complianceManagementPartners/${partner.id}`,
        'PATCH',
        {
          partnerState: 'enabled',
        },
      ),
    ],
  };
}
