import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrations } from '../../src/app.ts';
import { startEmbeddedCluster } from '../../src/database/embedded/index.ts';
import { migrate, openDatabase, sql } from '../../src/database/index.ts';
import { migrateJobs } from '../../src/jobs/index.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The cluster's `postgres` database; test files make their own from the template `muster_template`. */
    clusterUrl: string;
  }
}

/** One cluster for the whole run, with a migrated database that every test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'muster-test-'));
  // As root, PostgreSQL runs as another user, who must be able to enter.
  await chmod(folder, 0o755);
  const cluster = await startEmbeddedCluster({
    folder: join(folder, 'postgresql'),
    log: () => {},
    settings: {
      fsync: 'off',
      // Its worker would be in the way when a test drops its database.
      autovacuum: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '200',
    },
  });
  const template = openDatabase({ url: cluster.url });
  await migrate(template, migrations);
  await template.close();
  await migrateJobs(cluster.url);
  const admin = openDatabase({ url: databaseUrl(cluster.url, 'postgres') });
  await sql`alter database muster rename to muster_template`.execute(admin.connection);
  await admin.close();
  project.provide('clusterUrl', databaseUrl(cluster.url, 'postgres'));
  return async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  };
}

function databaseUrl(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
