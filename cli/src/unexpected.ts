import { Log } from '@tidegate/telemetry/log';

/** EX_SOFTWARE: whoever keeps the process running tells a crash from an orderly end and from a wrong setting. */
export const CRASHED = 70;

/**
 * What nobody expected. A rejected promise that nobody awaited is one piece of work that failed: it is logged with what
 * it was, and all others go on. An exception that left its event (a listener, a timer) may have left anything half
 * done: it is logged, and the process ends and is started again; what was acknowledged is in the database.
 */
export function watchUnexpected(): void {
  const log = new Log({ service: 'platform' });
  process.on('unhandledRejection', (reason) => {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    log.error({ error }, 'A promise was rejected that nobody awaited; the work it was for has failed');
  });
  process.on('uncaughtException', (error, origin) => {
    log.error({ error, origin }, 'An exception left its event; the process ends, because its state may be broken');
    process.exit(CRASHED);
  });
}
