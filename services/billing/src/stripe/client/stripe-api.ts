import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { paymentRefused, paymentsNotConfigured } from '@tidegate/contracts/billing/payments';
import { problemError, type Refuse, unavailable } from '@tidegate/contracts/kernel/problem';
import { refuseWhileHeld } from '@tidegate/database/one-connection';
import { SETTINGS } from '@tidegate/runtime/host';
import type { Settings } from '@tidegate/runtime/settings';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import type { Stripe } from 'stripe';
import { BillingConfig } from '../../billing.config.ts';
import { judge, pauseAfter, type StripeFailure } from './retry.rules.ts';
import { type StripeSettings, stripeSettings } from './stripe-settings.rules.ts';
import { TokenBucket } from './token-bucket.ts';

export const API_VERSION = '2026-10-28.endive';
/** One attempt. Stripe answers within a second as a rule; its library would wait for 80. */
const ATTEMPT_MS = 12_000;
const COME_BACK = { retryAfterSeconds: 5 };
const LARGEST_PAGE = 100;

/** Parameters of a list by which a page of it is read. */
export interface Page {
  limit: number;
  starting_after?: string;
}

interface CallOptions {
  /** Given to whatever creates something, and stored before: a repeated request has one effect. */
  idempotencyKey?: string | undefined;
}

/**
 * The only way to Stripe. A request waits for its endpoint's turn, is repeated with the same key while the answer is
 * unknown or Stripe is busy, and ends with the answer, with `payment_refused`, or with `unavailable`: nobody knows. No
 * request is made while a transaction holds a connection.
 */
@Injectable()
export class StripeApi implements OnApplicationBootstrap {
  readonly settings: StripeSettings | undefined;
  /** How long attempts are repeated while somebody waits; loops come back anyway. */
  patienceMs = 10_000;
  private client: Stripe | undefined;
  private readonly buckets = new Map<string, TokenBucket>();
  private readonly requests;

  constructor(
    config: BillingConfig,
    @Inject(SETTINGS) { publicUrl }: Settings,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.settings = stripeSettings(config, publicUrl);
    this.requests = metrics.counter('tidegate_stripe_requests_total', 'Attempts to ask Stripe, by how they ended', [
      'endpoint',
      'outcome',
    ]);
  }

  /** The library is loaded where there is something to pay with. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.settings) return;
    const { Stripe: Client } = await import('stripe');
    this.client = new Client(this.settings.secretKey, {
      apiVersion: API_VERSION,
      ...this.settings.api,
      timeout: ATTEMPT_MS,
      // Ours also waits when Stripe says that it is busy, and its keys are stored.
      maxNetworkRetries: 0,
      telemetry: false,
    });
  }

  get configured(): boolean {
    return this.settings !== undefined;
  }

  require(refuse: Refuse<typeof paymentsNotConfigured>): StripeSettings {
    if (this.settings) return this.settings;
    throw refuse(paymentsNotConfigured, {}, 'Its operator sets STRIPE_SECRET_KEY to take payments (docs/billing.md).');
  }

  /** `endpoint` is the method and path without ids: Stripe counts each by itself. */
  async call<T>(
    endpoint: string,
    work: (stripe: Stripe, options: { idempotencyKey?: string }) => Promise<T>,
    { idempotencyKey }: CallOptions = {},
  ): Promise<T> {
    const { client } = this;
    if (!client) throw unavailable(COME_BACK, 'No payments are set up.');
    refuseWhileHeld(`Stripe is asked for ${endpoint}`);
    const ends = performance.now() + this.patienceMs;
    for (let attempts = 1; ; attempts += 1) {
      await this.turn(endpoint);
      try {
        const answer = await work(client, idempotencyKey ? { idempotencyKey } : {});
        this.requests.inc({ endpoint, outcome: 'ok' });
        return answer;
      } catch (error) {
        const failure = error as StripeFailure;
        const verdict = judge(failure);
        this.requests.inc({ endpoint, outcome: verdict });
        if (verdict === 'refused') {
          const { type, code, message } = error as StripeFailure;
          this.log.info({ endpoint, type, code, reason: message }, 'Stripe refused a request');
          throw refused(error);
        }
        const wait = pauseAfter(attempts, failure);
        if (verdict === 'locked_out' || performance.now() + wait >= ends) throw this.away(endpoint, verdict, error);
        await pause(wait);
      }
    }
  }

  /** All of a list, page by page; after `most` no further page is asked for. */
  async listAll<T extends { id: string }>(
    endpoint: string,
    list: (stripe: Stripe, page: Page) => Promise<{ data: T[]; has_more: boolean }>,
    most = Number.MAX_SAFE_INTEGER,
  ): Promise<T[]> {
    const found: T[] = [];
    for (let more = true; more; ) {
      const last = found.at(-1);
      const page = { limit: LARGEST_PAGE, ...(last && { starting_after: last.id }) };
      const { data, has_more } = await this.call(endpoint, (stripe) => list(stripe, page));
      found.push(...data);
      more = has_more && data.length > 0 && found.length < most;
    }
    return found;
  }

  private async turn(endpoint: string): Promise<void> {
    const bucket = this.buckets.get(endpoint) ?? new TokenBucket();
    this.buckets.set(endpoint, bucket);
    const wait = bucket.take();
    if (wait > 0) await pause(wait);
  }

  private away(endpoint: string, verdict: string, error: unknown): Error {
    const { type, code, statusCode, message } = error as StripeFailure;
    const locked = verdict === 'locked_out';
    const what = locked ? 'Stripe does not accept STRIPE_SECRET_KEY' : 'Stripe does not answer';
    this.log[locked ? 'error' : 'warn']({ endpoint, type, code, statusCode, reason: message }, what);
    return unavailable(COME_BACK, 'The payment provider cannot be reached right now. What was bought stays in force.');
  }
}

/** Whatever is not a failure of Stripe's is a fault of ours. */
function refused(error: unknown): unknown {
  const { type = '', message, code } = error as StripeFailure & { decline_code?: string };
  if (!type.startsWith('Stripe')) return error;
  const declineCode = (error as { decline_code?: string }).decline_code ?? null;
  // What Stripe says of a card is for its holder; the rest speaks of ids and parameters of ours.
  const explained =
    type === 'StripeCardError' ? message : 'The payment provider refused this. Its operator finds why in the log.';
  const failure = problemError(paymentRefused, { reason: code ?? type, declineCode }, explained);
  failure.cause = error;
  return failure;
}

/** Of a request that Stripe refused: why, in its own code, such as `resource_missing`. */
export const refusalOf = (error: unknown): string | undefined => {
  const cause = (error as { cause?: StripeFailure }).cause;
  return cause?.type?.startsWith('Stripe') ? (cause.code ?? cause.type) : undefined;
};

/** Ends something there, once: a DELETE knows no key, so whoever repeats it is told that there is nothing any more. */
export async function endOnce(ending: Promise<unknown>): Promise<void> {
  try {
    await ending;
  } catch (error) {
    if (refusalOf(error) !== 'resource_missing') throw error;
  }
}
