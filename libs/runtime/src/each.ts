import { isOutage } from '@tidegate/messaging/errors';
import type { Log } from '@tidegate/telemetry/log';

/**
 * Does the work for one after the other; one that fails is told and passed, so that it never stops those behind it.
 * An outage is nobody's own trouble: it is thrown, and the loop backs off. Ends early when the signal is aborted.
 * Answers how many failed.
 */
export async function each<T extends object>(
  items: Iterable<T>,
  { signal, log, what }: { signal?: AbortSignal; log: Log; what: string },
  work: (item: T) => Promise<unknown>,
): Promise<number> {
  let failed = 0;
  for (const item of items) {
    if (signal?.aborted) break;
    try {
      await work(item);
    } catch (error) {
      if (isOutage(error)) throw error;
      failed += 1;
      log.error({ error, ...identifiers(item) }, `${what} failed for one; the others go on`);
    }
  }
  return failed;
}

/** Ids only: an item may hold what does not belong in a log. */
const identifiers = (item: object) =>
  Object.fromEntries(Object.entries(item).filter(([name]) => /^id$|_id$|Id$/.test(name)));
