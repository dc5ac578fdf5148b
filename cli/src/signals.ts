/** npm and the terminal each pass Ctrl-C on: what comes within this time is the same one. */
const SAME_SIGNAL_MS = 1_500;

/**
 * SIGTERM, SIGINT and the end of the terminal stop in order; a second signal gives up waiting. When the parent that
 * holds our channel is gone, `orphaned` says what to do.
 */
export function stopOnSignals(stop: () => Promise<void>, orphaned: 'stop' | 'exit' = 'exit'): void {
  let stoppingSince = 0;
  const begin = (): void => {
    if (stoppingSince > 0) {
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`${(error as Error).stack}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, begin);
  // A killed parent means to kill: nothing is lost by it, and the next start takes up from there.
  process.on('disconnect', () => (orphaned === 'stop' ? begin() : stoppingSince === 0 && process.exit(1)));
}
