import { randomUUID } from 'node:crypto';
import { join, relative } from 'node:path';
import type { Command } from 'commander';
import { pino } from 'pino';
import { buildApp, tasksOf, type App } from '../app.ts';
import { readProcessConfig, variables, type Config } from '../config.ts';
import { apnsConnector, type ApnsEvent } from '../connectors/apns/index.ts';
import { fillWithDemo } from '../demo/index.ts';
import { resumeForgetting } from '../devices/retention/index.ts';
import { startJobs } from '../jobs/index.ts';
import { Fault } from '../kernel/fault.ts';
import { resumeRecalculations, resumeWaking } from '../policies/index.ts';
import { bootstrap, change, operatorScope, type FirstCredentials } from '../tenancy/index.ts';
import { filesCertificate, serverCertificate } from '../tls/index.ts';
import { printFacts } from './output.ts';
import { openServices } from './services.ts';
import { stopSignal } from './stop-signal.ts';

const nameWidth = Math.max(...Object.keys(variables).map((name) => name.length));
const environment = Object.entries(variables).map(
  ([name, meaning]) => `  ${name.padEnd(nameWidth)}  ${meaning}`,
);

export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('Start the server')
    .option('--demo', 'fill the first organization with sample devices, users and policies, once')
    .addHelpText('after', `\nEnvironment:\n${environment.join('\n')}`)
    .action(async (options: { demo?: boolean }) => {
      process.exitCode = await serve(readProcessConfig(), { demo: options.demo === true });
    });
}

/** Runs until a signal or a dead database ends it; the answer is the exit code. */
async function serve(config: Config, { demo }: { demo: boolean }): Promise<number> {
  const stopping = stopSignal();
  const log = pino({ level: config.logLevel });
  const print = (line: string) => process.stdout.write(`${line}\n`);
  await using services = await openServices(config, { log: print, beside: false });
  const first = await bootstrap(services, config.bootstrap);
  if (demo) {
    const filled = await change(services, operatorScope(first.organization, randomUUID()), fillWithDemo);
    print(
      filled
        ? 'Filled the organization with sample data.'
        : 'There are devices already: no sample data added.',
    );
  }

  const tls = await readCertificate(config);
  if (tls && 'expiresAt' in tls && tls.expiresAt < new Date()) {
    log.warn({ expiresAt: tls.expiresAt }, 'the TLS certificate has expired: clients will refuse it');
  }
  const app = await buildApp({
    fetch,
    ...services,
    newRequestId: randomUUID,
    publicUrl: config.publicUrl,
    tls,
    deviceCertificates: config.deviceCertificates,
    log,
    checkAnswers: false,
  });
  await resumeRecalculations(services);
  await resumeWaking(services);
  await resumeForgetting(services);
  const report = (event: ApnsEvent) =>
    event.kind === 'connectionLost' ? log.warn(event, 'APNs') : log.info(event, 'APNs');
  const apns = apnsConnector({ url: config.apnsUrl, clock: services.clock, report });
  const jobs = startJobs({ url: services.databaseUrl.reveal(), tasks: tasksOf(services, apns, config), log });
  try {
    await listen(app, config);
    if (first.created) printCredentials(first.created);
    print(`Muster is ready at ${config.publicUrl}`);
    print(`  API reference   ${config.publicUrl}/docs`);
    if (config.tls.mode === 'auto')
      print(`  CA certificate  ${relative('.', join(config.dataDir, 'tls', 'ca.pem'))}`);
    const ended = await Promise.race([stopping, services.databaseDied]);
    if (ended instanceof Fault) throw ended;
    print(`Stopping (${ended}).`);
    return 0;
  } finally {
    await app.close();
    await jobs.stop();
    await apns.close();
  }
}

async function readCertificate({ tls, dataDir, publicUrl, listen: { host } }: Config) {
  switch (tls.mode) {
    case 'off':
      return undefined;
    case 'files':
      return filesCertificate(tls.certificate, tls.key);
    case 'auto':
      return serverCertificate({
        folder: join(dataDir, 'tls'),
        hosts: [new URL(publicUrl).hostname, host],
        now: new Date(),
      });
  }
}

async function listen({ server }: App, { listen: { host, port } }: Config): Promise<void> {
  try {
    // What it would log is printed for people below.
    const { level } = server.log;
    server.log.level = 'warn';
    await server.listen({ host, port });
    server.log.level = level;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const address = `${host}:${port}`;
    throw new Fault(
      'unavailable',
      code === 'EADDRINUSE'
        ? `Another program listens on ${address}. Stop it, or set MUSTER_LISTEN to another address, for example 127.0.0.1:9443.`
        : `Cannot listen on ${address} (MUSTER_LISTEN): ${message}.`,
      { cause },
    );
  }
}

function printCredentials({ organization, apiToken, clientId, clientSecret }: FirstCredentials): void {
  process.stdout.write('\nThis is the first start. Keep these credentials: they are not shown again.\n');
  printFacts({
    organization: organization.slug,
    'API token': apiToken.reveal(),
    'tenant id': organization.tenantId,
    'client id': clientId,
    'client secret': clientSecret.reveal(),
  });
  process.stdout.write('\n');
}
