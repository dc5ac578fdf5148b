import { Refusal } from './refusal.ts';

/** What happens to a request instead of, or beside, its answer. */
export type Fault =
  | { kind: 'rate_limit'; retryAfterSeconds?: number }
  /** Another request holds the object: 409, or 429 as newer versions answer it. */
  | { kind: 'lock_timeout'; status?: 409 | 429 }
  | { kind: 'error'; status?: number }
  /** The connection is reset: before anything happened, or after everything did. */
  | { kind: 'drop'; when: 'before_effect' | 'after_effect' }
  /** The answer comes when the promise settles. The effect happens before or after the wait. */
  | { kind: 'slow'; until: Promise<unknown>; when?: 'before_effect' | 'after_effect' };
export interface FaultOptions {
  times?: number;
  /** Only for this operation: `POST /v1/subscriptions/{id}`. */
  on?: string;
}

export class Faults {
  private readonly planned: { fault: Fault; left: number; on?: string }[] = [];

  /** The next requests meet it, `times` of them. */
  next(fault: Fault, { times = 1, on }: FaultOptions = {}): void {
    this.planned.push({ fault, left: times, on });
  }

  clear(): void {
    this.planned.length = 0;
  }

  take(operation: string): Fault | undefined {
    const found = this.planned.find(({ left, on }) => left > 0 && (on === undefined || on === operation));
    if (found) found.left -= 1;
    return found?.fault;
  }
}

/** The refusal that a fault is, if it is one. */
export function refusalOf(fault: Fault | undefined): Refusal | undefined {
  if (fault?.kind === 'rate_limit')
    return new Refusal(
      429,
      { type: 'invalid_request_error', code: 'rate_limit', message: 'Request rate limit exceeded.' },
      {
        'stripe-rate-limited-reason': 'global-rate',
        ...(fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) }),
      },
    );
  if (fault?.kind === 'lock_timeout')
    return new Refusal(fault.status ?? 409, {
      type: 'invalid_request_error',
      code: 'lock_timeout',
      message: 'This object cannot be accessed right now because another API request is currently accessing it.',
    });
  if (fault?.kind === 'error')
    return new Refusal(fault.status ?? 500, { type: 'api_error', message: 'An error occurred with our servers.' });
  return undefined;
}
