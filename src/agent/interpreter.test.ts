import { expect, test } from 'vitest';
import { commandFor } from './interpreter.ts';

const fileOf = (extension: string) => `/folder/script.${extension}`;
const command = (platform: string, interpreter: string, content = 'x') =>
  commandFor(platform, { interpreter, content: Buffer.from(content), arguments: ['-a', 'b c'] }, fileOf);

test('shell scripts run by their first line, else by the shell', () => {
  expect(command('linux', '/bin/sh')).toMatchObject({
    program: '/bin/sh',
    arguments: ['/folder/script.sh', '-a', 'b c'],
  });
  expect(command('darwin', '/bin/sh', '#!/usr/bin/env python3\n')).toMatchObject({
    program: '/folder/script.sh',
    arguments: ['-a', 'b c'],
  });
});

test("PowerShell is the system's own on Windows, and pwsh elsewhere", () => {
  const fixed = ['-NoLogo', '-NoProfile', '-NonInteractive'];
  expect(command('win32', 'powershell.exe')).toMatchObject({
    program: 'powershell.exe',
    arguments: [...fixed, '-ExecutionPolicy', 'Bypass', '-File', '/folder/script.ps1', '-a', 'b c'],
  });
  expect(command('linux', 'powershell.exe')).toMatchObject({
    program: 'pwsh',
    arguments: [...fixed, '-File', '/folder/script.ps1', '-a', 'b c'],
  });
});

test('what cannot run here is said', () => {
  expect(command('win32', '/bin/sh')).toEqual({
    error: 'It is a shell script, and this machine runs Windows.',
  });
  expect(command('linux', '/usr/bin/perl')).toEqual({
    error: "This agent has nothing that runs '/usr/bin/perl'.",
  });
});
