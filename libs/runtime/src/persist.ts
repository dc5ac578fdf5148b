import { setTimeout as pause } from 'node:timers/promises';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import { isOutage } from '@tidegate/messaging/errors';

export interface Patience {
  /** What it waits for, with its address: `PostgreSQL at 127.0.0.1:5432`. */
  what: string;
  /** Deadline, by `performance.now()`. */
  until: number;
  /** The fix to suggest after the deadline. */
  fix: string;
  report(text: string): void;
  signal?: AbortSignal | undefined;
  /** Whether waiting may help; by default for outages and late answers. */
  passes?: (error: unknown) => boolean;
}

const SAY_EVERY_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 3_000;

/**
 * The one way to wait during a start: failures that may pass are retried until the start's deadline, and it says what
 * it waits for. Any other failure ends it at once.
 */
export async function persist<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  const { what, until, fix, report, signal, passes = mayPass } = patience;
  const began = performance.now();
  let said = Number.NEGATIVE_INFINITY;
  for (let failures = 0; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      const reason = (error as Error).message.split('\n')[0];
      if (!passes(error) || signal?.aborted) throw error;
      const now = performance.now();
      if (now >= until) {
        throw new Error(
          `${what} could not be used within ${Math.round((now - began) / 1_000)} s: ${reason}\n  Fix: ${fix}`,
          { cause: error },
        );
      }
      // The first failure is often over at once and not worth a message.
      if (now - said > SAY_EVERY_MS && now - began > 500) {
        said = now;
        report(`Waiting for ${what} (${reason}); at most ${Math.round((until - now) / 1_000)} s more …`);
      }
      await pause(backOff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS, failures), undefined, { signal }).catch(() => undefined);
    }
  }
}

const SLOW = /time(d)? ?out|took too long/i;
/** Another process migrates, or holds a lock that we need, for longer than one wait. */
const LOCKED = '55P03';

/** An outage, or an answer that only came too late: the machine may be slow, the server may be starting. */
export function mayPass(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    const { code } = one as { code?: unknown };
    if (isOutage(one) || code === LOCKED || SLOW.test(one.message) || SLOW.test(one.name)) return true;
    // Several addresses of one name were tried.
    if (one instanceof AggregateError && one.errors.some(mayPass)) return true;
  }
  return false;
}
