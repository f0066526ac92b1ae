import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { idSource } from '../../src/kernel/id.ts';
import { bootstrap, secretBox, type FirstCredentials } from '../../src/tenancy/index.ts';
import { serverCertificate } from '../../src/tls/index.ts';
import { testDatabase } from '../support/database.ts';

export interface HttpsServer extends AsyncDisposable {
  readonly publicUrl: string;
  /** PEM file of the authority that clients must trust. */
  readonly caPath: string;
  readonly credentials: FirstCredentials;
}

/** The whole server on a port of its own, with a certificate of its own authority, for clients in other processes. */
export async function httpsServer(options: { hosts?: readonly string[] } = {}): Promise<HttpsServer> {
  const db = await testDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'muster-https-'));
  const port = await freePort();
  const publicUrl = `https://localhost:${port}`;
  const clock = systemClock;
  const services = {
    database: db.database,
    clock,
    newId: idSource(clock, () => randomInt(2 ** 48 - 1)),
    secrets: secretBox(randomBytes(32), randomBytes),
  };
  const tls = await serverCertificate({ folder, hosts: options.hosts ?? [], now: clock() });
  const app = await buildApp({
    fetch,
    ...services,
    newRequestId: randomUUID,
    publicUrl,
    tls,
    deviceCertificates: { byTls: true, header: undefined },
    log: pino({ level: 'silent' }),
    checkAnswers: true,
  });
  const { created } = await bootstrap(services, {
    slug: 'default',
    tenantId: undefined,
    clientId: undefined,
    clientSecret: undefined,
    apiToken: undefined,
  });
  await app.server.listen({ host: '127.0.0.1', port });
  return {
    publicUrl,
    caPath: tls.caPath,
    credentials: created!,
    async [Symbol.asyncDispose]() {
      await app.close();
      await db[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** A CONNECT proxy that leads every host to one port here, as an administrator leads Microsoft's names to a server of their own. */
export async function leadingProxy(port: number): Promise<{ url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    sockets.add(client);
    client.once('data', (head) => {
      if (!head.toString('latin1').startsWith('CONNECT ')) return client.destroy();
      const target = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(target).pipe(client);
      });
      sockets.add(target);
      target.on('error', () => client.destroy());
      client.on('error', () => target.destroy());
      return undefined;
    });
  });
  const address = await listening(proxy);
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  const { port } = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function listening(server: Server): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server.address() as AddressInfo));
  });
}
