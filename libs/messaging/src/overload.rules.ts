import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { type ProblemError, unavailable } from '@tidegate/contracts/kernel/problem';

/** Whoever is refused for too much work comes back within so many seconds, not all at the same moment. */
const SPREAD_SECONDS = 4;
const TOO_MANY = 'Too many requests are being answered. Send it again.';

/** Nothing has happened. */
export function tooMuchWork(): ProblemError {
  return unavailable({ retryAfterSeconds: 1 + Math.floor(Math.random() * SPREAD_SECONDS) }, TOO_MANY);
}

/** Whether a service refused it for that, and not because something is away. */
export const isTooMuchWork = ({ code, detail }: ProblemError): boolean =>
  code === unavailable.code && detail === TOO_MANY;

/**
 * Whose share of the work it is; undefined for services, which work for those who were let in, and for operators. A
 * person without an organisation, and a network without an account, keep no other out: log-ins and refreshes are such.
 */
export function holderOf({ scope }: Pick<Operation, 'scope'>, caller: Caller): string | undefined {
  if (scope === 'service' || scope === 'operator' || caller.kind === 'service') return undefined;
  return caller.orgId ?? caller.userId ?? caller.network ?? caller.kind;
}
