/** A program with its arguments, or why there is none, for people. */
export type Command =
  | { readonly program: string; readonly arguments: readonly string[]; readonly extension: string }
  | { readonly error: string };

/**
 * How a script runs on this machine. `file` is where it will lie. A shell script runs by what its first line names, else by `/bin/sh`;
 * PowerShell's by `powershell.exe`, elsewhere than on Windows by `pwsh`.
 */
export function commandFor(
  platform: string,
  {
    interpreter,
    content,
    arguments: list,
  }: { interpreter: string; content: Buffer; arguments: readonly string[] },
  fileOf: (extension: string) => string,
): Command {
  const isWindows = platform === 'win32';
  if (/powershell/i.test(interpreter)) {
    const program = isWindows ? 'powershell.exe' : 'pwsh';
    // Files of UTF-8 without a byte order mark are read in the code page of the machine by Windows' own PowerShell.
    const policy = isWindows ? ['-ExecutionPolicy', 'Bypass'] : [];
    const fixed = ['-NoLogo', '-NoProfile', '-NonInteractive', ...policy, '-File'];
    return { program, arguments: [...fixed, fileOf('ps1'), ...list], extension: 'ps1' };
  }
  if (interpreter !== '/bin/sh') return { error: `This agent has nothing that runs '${interpreter}'.` };
  if (isWindows) return { error: 'It is a shell script, and this machine runs Windows.' };
  const file = fileOf('sh');
  if (content.subarray(0, 3).toString('latin1') === '#!/') {
    return { program: file, arguments: list, extension: 'sh' };
  }
  return { program: '/bin/sh', arguments: [file, ...list], extension: 'sh' };
}
