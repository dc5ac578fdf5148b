import { backOff } from '@tidegate/contracts/kernel/back-off';

/** What can be known of an error without loading Stripe's library. */
export interface StripeFailure {
  type?: string;
  code?: string;
  rawType?: string;
  statusCode?: number;
  headers?: Record<string, string>;
  message?: string;
}

const FIRST_MS = 250;
const LONGEST_MS = 8_000;
/** Two requests touched the same thing at once; the second may simply be repeated. */
const BUSY = new Set(['lock_timeout', 'idempotency_key_in_use']);

export type Verdict =
  /** Nothing is known about the request: repeated with the same key it has one effect. */
  | 'unknown'
  /** It was not carried out, and may be in a moment. */
  | 'later'
  /** Understood and not carried out. */
  | 'refused'
  /** The key of this installation is not accepted. */
  | 'locked_out';

/** How a request has ended that did not succeed. */
export function judge({ type, code, statusCode = 0 }: StripeFailure): Verdict {
  if (statusCode === 429 || BUSY.has(code ?? '')) return 'later';
  if (type === 'StripeConnectionError' || statusCode >= 500 || (statusCode === 409 && !code)) return 'unknown';
  if (statusCode === 401 || statusCode === 403) return 'locked_out';
  return 'refused';
}

/** How long to wait before the attempt after so many: what Stripe asks for, or a time that doubles, with jitter. */
export function pauseAfter(attempts: number, { headers = {} }: StripeFailure, random = Math.random()): number {
  const asked = Number(headers['retry-after']);
  if (Number.isFinite(asked) && asked > 0) return Math.min(asked * 1_000, LONGEST_MS) + random * FIRST_MS;
  const doubled = backOff(FIRST_MS, LONGEST_MS, attempts - 1);
  return doubled / 2 + (random * doubled) / 2;
}
