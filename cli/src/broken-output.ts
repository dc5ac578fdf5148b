/**
 * A closed terminal or a log file on a full disk (EPIPE, ENOSPC) must not end the platform: that output is lost, though
 * `logs/tidegate.log` may still have it. Node treats an error without a listener as fatal.
 */
export function surviveBrokenOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** For commands that print and end: they end when their reader (`| head`) closes the pipe. */
export function endWithReader(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
}
