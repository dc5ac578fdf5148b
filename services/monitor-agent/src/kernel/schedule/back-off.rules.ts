import { backOff } from '@tidegate/contracts/kernel/back-off';
import type { FailureCode } from '../connection/connection-failure.rules.ts';

/** So many attempts in a row must fail before a server is called unreachable: about 20 seconds. */
export const UNREACHABLE_AFTER = 3;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/**
 * How long to pause a server after the n-th failed connection: 5 s, doubled each time up to 5 minutes, ±20 % so
 * that servers which failed together do not come back together. A server without a free connection gets a minute.
 */
export function reconnectDelayMs(failures: number, code: FailureCode, random: number): number {
  const doubled = backOff(5 * SECOND, 5 * MINUTE, Math.max(0, failures - 1));
  const least = code === 'too_many_connections' || code === 'too_many_own_sessions' ? MINUTE : 0;
  return Math.round(Math.max(doubled, least) * (0.8 + 0.4 * random));
}

/**
 * How long to pause one query after its n-th failure in a row, while the others continue. What is forbidden or missing
 * usually stays so: retrying once per hour keeps the customer's log clean. Anything else may pass.
 */
export function retryDelayMs(failures: number, sqlstate: string | undefined): number {
  return isPermanent(sqlstate) ? HOUR : backOff(MINUTE, HOUR, Math.max(0, failures - 1));
}

export const isPermanent = (sqlstate: string | undefined): boolean =>
  sqlstate !== undefined && /^(42|28|55000|0A)/.test(sqlstate);

/** The next time on a grid of `everyMs`; ticks that were missed are skipped, never made up for. */
export function nextDue(dueAt: number, now: number, everyMs: number): number {
  const next = dueAt + everyMs;
  return next > now ? next : now + everyMs;
}
