import type { User } from './server-user.ts';

/** PostgreSQL names its socket file after a port, also where it listens on none. */
export const port = 5432;

/** For a machine that Muster shares: 2 cores, a few GB, an SSD. Callers may change these. */
const defaults = {
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  max_connections: '50',
  random_page_cost: '1.1',
  jit: 'off',
  timezone: 'UTC',
};

/** The server's command line. `settings` go over the defaults; what this folder itself relies on cannot be changed. */
export function serverArguments(options: {
  readonly cluster: string;
  readonly socketFolder: string;
  readonly accessFile: string;
  readonly userMapFile: string;
  readonly settings: Readonly<Record<string, string>>;
}): readonly string[] {
  const values = {
    ...defaults,
    ...options.settings,
    listen_addresses: '',
    port: String(port),
    unix_socket_directories: quoteInList(options.socketFolder),
    unix_socket_permissions: '0700',
    hba_file: options.accessFile,
    ident_file: options.userMapFile,
    // The lines come to us through stderr, in English, and "ready" among them.
    log_destination: 'stderr',
    logging_collector: 'off',
    log_min_messages: 'warning',
    log_line_prefix: '%m [%p] ',
    log_timezone: 'UTC',
    lc_messages: 'C',
  };
  return [
    '-D',
    options.cluster,
    ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
}

function quoteInList(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** `pg_hba.conf`: only through the socket, only who the operating system says they are. */
export const accessRules = 'local all all peer map=muster\n';

/** `pg_ident.conf`: this process's user may be the administrator or Muster, and nobody else may be anyone. */
export function userMap(self: User): string {
  return ['postgres', 'muster'].map((role) => `muster ${quoteInList(self.name)} ${role}\n`).join('');
}

/** A connection string for `pg` and libpq alike. It holds no secret: the kernel vouches for the caller. */
export function socketUrl(socketFolder: string, database: string): string {
  const query = `host=${encodeURIComponent(socketFolder)}&sslmode=disable`;
  return `postgres://muster@localhost:${port}/${database}?${query}`;
}
