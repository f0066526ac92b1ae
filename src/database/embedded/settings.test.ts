import { Client } from 'pg';
import { expect, test } from 'vitest';
import { serverArguments, socketUrl, userMap } from './settings.ts';
import { socketFits } from './socket-folder.ts';

test('settings go over the defaults, but not over what the folder relies on', () => {
  const args = serverArguments({
    cluster: '/c',
    socketFolder: '/a, "b"',
    accessFile: '/hba',
    userMapFile: '/ident',
    settings: { shared_buffers: '1GB', fsync: 'off', listen_addresses: '*', log_min_messages: 'panic' },
  });
  expect(args.slice(0, 2)).toEqual(['-D', '/c']);
  const values = args.slice(2).filter((argument) => argument !== '-c');
  expect(values).toContain('shared_buffers=1GB');
  expect(values).toContain('fsync=off');
  expect(values).toContain('max_connections=50');
  expect(values.filter((value) => /^(listen_addresses|log_min_messages)=/.test(value))).toEqual([
    'listen_addresses=',
    'log_min_messages=warning',
  ]);
  // A list setting: commas and quotes of the path must not split it.
  expect(values).toContain('unix_socket_directories="/a, ""b"""');
});

test('the url leads pg to the socket, whatever letters the path has', () => {
  for (const folder of ['/data/socket', "/my data/ü'&?#%41/socket"]) {
    const { host, port, user, database } = new Client(socketUrl(folder, 'muster'));
    expect({ host, port, user, database }).toEqual({
      host: folder,
      port: 5432,
      user: 'muster',
      database: 'muster',
    });
  }
});

test('the database in the url can be replaced', () => {
  const url = new URL(socketUrl('/data/socket', 'muster'));
  url.pathname = '/other';
  expect(new Client(url.href).database).toBe('other');
});

test('only the process user is mapped to a role', () => {
  expect(userMap({ name: 'alice', uid: 1000, gid: 1000 })).toBe(
    'muster "alice" postgres\nmuster "alice" muster\n',
  );
});

test('a socket folder fits by bytes, not by letters', () => {
  expect(socketFits(`/${'a'.repeat(88)}`)).toBe(true);
  expect(socketFits(`/${'a'.repeat(90)}`)).toBe(false);
  expect(socketFits(`/${'ü'.repeat(60)}`)).toBe(false);
});
