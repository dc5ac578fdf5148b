/**
 * A terminal that closed or a log file on a full disk (EPIPE, ENOSPC) is no reason for a platform to end: what it would
 * have said is lost there, and `logs/tidegate.log` may still have it. Node takes an error without a listener as fatal.
 */
export function surviveBrokenOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

/** For commands that print and end: whoever read our output (`| head`) has had enough. */
export function endWithReader(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1));
}
