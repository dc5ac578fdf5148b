import { OrganisationMoving } from '@tidegate/database/deleted-organisations';
import { isOutage } from '@tidegate/messaging/errors';
import type { Log } from '@tidegate/telemetry/log';

/**
 * Does the work for one after the other; a failure is logged and skipped, so that it never stops those behind it. An
 * outage is not the fault of one: it is thrown, and the loop backs off. Ends early when the signal is aborted. Returns
 * how many failed.
 */
export async function each<T extends object>(
  items: Iterable<T>,
  { signal, log, what, failing }: { signal?: AbortSignal; log: Log; what: string; failing?: (item: T) => void },
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
      failing?.(item);
      // Expected for as long as it is frozen.
      if (error instanceof OrganisationMoving) continue;
      log.error({ error, ...identifiers(item) }, `${what} failed for one; the others continue`);
    }
  }
  return failed;
}

/** Ids only: an item may contain what does not belong in a log. */
const identifiers = (item: object) =>
  Object.fromEntries(Object.entries(item).filter(([name]) => /^id$|_id$|Id$/.test(name)));
