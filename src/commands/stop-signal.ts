const impatienceAfter = 2_000;

/**
 * Resolves with the first SIGINT or SIGTERM. npm passes on a Ctrl-C that the terminal has already sent, so a second signal ends the
 * process at once only when it comes later than such an echo.
 */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    const stop = (signal: string) => {
      const now = Date.now();
      firstAt ??= now;
      if (now - firstAt > impatienceAfter) process.exit(130);
      resolve(signal);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}
