import type { DeliveryError } from '@tidegate/contracts/notifier/deliveries';

/** The outcome of one attempt. */
export type Outcome =
  | { kind: 'delivered'; status?: number }
  /** Retry; the receiver may have said when. */
  | { kind: 'retry'; error: DeliveryError; status?: number; retryAfterMs?: number }
  /** A retry cannot help. */
  | { kind: 'failed'; error: DeliveryError; status?: number }
  /** The receiver wants nothing more, ever: 410. */
  | { kind: 'gone'; error: DeliveryError; status: number };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waiting time after the first, second … failed attempt: ten attempts over a little more than a day. */
const DELAYS = [
  5 * SECOND,
  30 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  6 * HOUR,
  6 * HOUR,
  6 * HOUR,
  6 * HOUR,
] as const;

export const MAX_ATTEMPTS = DELAYS.length + 1;
const LONGEST_WAIT = 6 * HOUR;

/**
 * Milliseconds until the next attempt after `attempts` have failed; undefined when there is none. Up to 20 % of jitter
 * (`random` in 0…1) is added, so that deliveries held up by an outage do not all return at one moment. A longer
 * `Retry-After` is respected up to six hours; a shorter one never shortens our own wait.
 */
export function nextDelayMs(attempts: number, random: number, retryAfterMs = 0): number | undefined {
  const base = DELAYS[attempts - 1];
  if (base === undefined) return undefined;
  const wanted = Math.max(base, Math.min(retryAfterMs, LONGEST_WAIT));
  return Math.round(wanted * (1 + 0.2 * random));
}

/** Standard Webhooks: 2xx is success, 410 ends the subscription, everything else is retried. */
export function webhookOutcome(status: number, retryAfter: string | undefined, now: Date): Outcome {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status === 410) return { kind: 'gone', error: 'http_status', status };
  const retryAfterMs = parseRetryAfter(retryAfter, now);
  return { kind: 'retry', error: 'http_status', status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** Seconds, or a date. Anything else counts as absent. */
export function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND;
  const at = /^[A-Z][a-z]{2}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}

/**
 * SMTP: a 5yz answer about this recipient or message is final, 4yz is not. A refused login is the operator's mistake
 * and not the message's, so it is retried; without any answer the server was not reached.
 */
export function smtpOutcome(error: { code?: string | undefined; responseCode?: number | undefined }): Outcome {
  const status = error.responseCode;
  if (status === undefined || status < 400) return { kind: 'retry', error: 'smtp_unreachable' };
  const aboutTheMessage = error.code === 'EENVELOPE' || error.code === 'EMESSAGE';
  return { kind: status >= 500 && aboutTheMessage ? 'failed' : 'retry', error: 'smtp_refused', status };
}
