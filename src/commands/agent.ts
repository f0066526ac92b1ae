import { readFile } from 'node:fs/promises';
import { arch, release, type } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { lockFolder, openJournal, runAgent, serverAt, type Account } from '../agent/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { Fault } from '../kernel/fault.ts';
import { Secret } from '../kernel/secret.ts';
import { stopSignal } from './stop-signal.ts';

interface AgentOptions {
  server: string;
  token?: string;
  tokenFile?: string;
  ca?: string;
  dataDir: string;
  once?: boolean;
  runAs?: string;
  locationFile?: string;
  locationCommand?: string;
}

const version = '0.1.0';

export function addAgentCommand(program: Command): void {
  program
    .command('agent')
    .description('Be the agent of this machine: run the scripts that the server gives it')
    .requiredOption('--server <url>', "the server's origin, such as https://mdm.example.com")
    .option(
      '--token <token>',
      "the agent's token, which other users of the machine can see in the list of processes",
    )
    .option('--token-file <file>', 'file with nothing but the token')
    .option('--ca <file>', "PEM of the authority of the server's certificate (those that Node trusts)")
    .option('--data-dir <folder>', 'where it notes what it has begun', 'agent-data')
    .option('--once', 'end after one round; the exit code tells whether it was done')
    .option('--run-as <uid[:gid]>', 'as root: the user whose rights scripts have (all)')
    .option('--location-file <file>', 'JSON with latitude and longitude, where policies ask for the location')
    .option('--location-command <program>', 'program that prints such JSON')
    .action(async (options: AgentOptions) => {
      process.exitCode = await beAgent(options);
    });
}

async function beAgent(options: AgentOptions): Promise<number> {
  const origin = readOrigin(options.server);
  const token = await readToken(options);
  const authorities = options.ca === undefined ? undefined : await readNamed('--ca', options.ca);
  const runAs = options.runAs === undefined ? undefined : readAccount(options.runAs);
  const dataDir = resolve(options.dataDir);
  using _lock = lockFolder(dataDir, systemClock);
  using server = serverAt(origin, {
    token,
    authorities,
    userAgent: `muster-agent/${version} (${type()} ${release()}; ${arch()})`,
  });
  const stopping = new AbortController();
  void stopSignal().then((name) => {
    print(`Stopping (${name}).`);
    stopping.abort();
  });
  const done = await runAgent(
    {
      server,
      journal: openJournal(dataDir),
      machine: { platform: process.platform, runAs, isPrivileged: process.getuid?.() === 0 },
      location: {
        ...(options.locationFile !== undefined && { file: options.locationFile }),
        ...(options.locationCommand !== undefined && { command: options.locationCommand }),
      },
      clock: systemClock,
      log: print,
      random: Math.random,
      once: options.once === true,
    },
    stopping.signal,
  );
  return done || (stopping.signal.aborted && options.once !== true) ? 0 : 1;
}

/** The token and the scripts go over it, so it has to be encrypted unless it stays on the machine. */
function readOrigin(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isLocal = url !== undefined && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal)) return url;
  throw wrong('--server', text, 'an https origin, such as https://mdm.example.com');
}

async function readToken({ token, tokenFile }: AgentOptions): Promise<Secret> {
  if ((token === undefined) === (tokenFile === undefined)) {
    throw new Fault('invalidInput', 'Give the token by --token-file, or by --token, and not by both.');
  }
  const text = token ?? (await readNamed('--token-file', tokenFile!)).trim();
  if (!/^[\w-]{8,256}$/.test(text)) {
    throw new Fault('invalidInput', 'The token is none: agent credentials have one that begins with mga_.');
  }
  return new Secret(text);
}

function readAccount(text: string): Account {
  const [, uid, gid] = /^(\d{1,9})(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (uid === undefined) throw wrong('--run-as', text, "a user's number, or user:group, such as 65534:65534");
  if (process.getuid?.() !== 0) {
    throw new Fault(
      'invalidInput',
      '--run-as needs root: only then scripts can have the rights of another user.',
    );
  }
  return { uid: Number(uid), gid: Number(gid ?? uid) };
}

function wrong(option: string, given: string, right: string): Fault {
  return new Fault('invalidInput', `${option} is '${given}'. It must be ${right}.`);
}

async function readNamed(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const why = (cause as Error).message;
    throw new Fault('unavailable', `The file of ${option} cannot be read: ${why}.`, { cause });
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
