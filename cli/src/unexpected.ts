import { Log } from '@tidegate/telemetry/log';

/** EX_SOFTWARE: tells a supervisor a crash from an orderly end and from a wrong setting. */
export const CRASHED = 70;

/**
 * Handles what no code caught. An unhandled rejection is one piece of work that failed: it is logged and everything else
 * continues. An uncaught exception (of a listener or timer) may have left anything half done: it is logged, and the
 * process ends to be restarted; what was acknowledged is in the database.
 */
export function watchUnexpected(): void {
  const log = new Log({ service: 'platform' });
  process.on('unhandledRejection', (reason) => {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    log.error({ error }, 'Unhandled rejection: the work it belonged to has failed');
  });
  process.on('uncaughtException', (error, origin) => {
    log.error({ error, origin }, 'Uncaught exception: the process ends, because its state may be broken');
    process.exit(CRASHED);
  });
}
