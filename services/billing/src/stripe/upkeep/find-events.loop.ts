import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { clock } from '@tidegate/runtime/clock';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Wakes } from '@tidegate/runtime/wakes';
import { Metrics } from '@tidegate/telemetry/metrics';
import { StripeApi } from '../client/stripe-api.ts';
import { anyCustomer } from '../customers/stripe-customer.rows.ts';
import { eventOf, type IncomingEvent } from '../inbox/read-event.rules.ts';
import { insertEvents } from '../inbox/stripe-event.rows.ts';
import { readPlace, savePlace } from './cursor.rows.ts';

/** Events are listed in the order of their seconds, and one may appear a little late. */
const OVERLAP_MS = 600_000;
/** The first time, and at the most: Stripe lists 30 days. */
const FIRST_MS = 86_400_000;
const LONGEST_MS = 30 * 86_400_000;

/** Everything after which a customer is another one. At most twenty types can be asked for at once. */
const TYPES_AT_ONCE = 20;
const TYPES = [
  'checkout.session.completed',
  'checkout.session.async_payment_failed',
  'checkout.session.async_payment_succeeded',
  'customer.deleted',
  'customer.updated',
  'customer.subscription.created',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.pending_update_applied',
  'customer.subscription.pending_update_expired',
  'customer.subscription.resumed',
  'customer.subscription.updated',
  'subscription_schedule.updated',
  'subscription_schedule.released',
  'invoice.finalized',
  'invoice.marked_uncollectible',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.updated',
  'invoice.voided',
  'payment_method.attached',
  'payment_method.automatically_updated',
  'payment_method.detached',
  'payment_method.updated',
  'charge.refunded',
  'charge.refund.updated',
  'refund.failed',
  'charge.dispute.closed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'credit_note.created',
  'credit_note.updated',
];

/*
 * Finds what no webhook has brought: every five minutes the list of events is read from ten minutes before the last time,
 * and each goes the way of a webhook, where those that are known are left out. The place is stored when all pages are.
 */
@Injectable()
export class FindEvents {
  private readonly missed;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly wakes: Wakes,
    metrics: Metrics,
  ) {
    this.missed = metrics.counter('tidegate_stripe_events_found_total', 'Events that no webhook had brought');
  }

  @Loop({ name: 'find-stripe-events', everyMs: 300_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const { settings } = this.api;
    if (!settings) return;
    const reader = this.tenants.reader({ system: 'stripe' });
    if (!(await anyCustomer(reader, settings.livemode))) return;
    const name = `events ${settings.livemode ? 'live' : 'test'}`;
    const began = clock.now();
    const before = (await readPlace(reader, name))?.getTime() ?? began - FIRST_MS + OVERLAP_MS;
    const from = Math.max(before - OVERLAP_MS, began - LONGEST_MS);
    for (let at = 0; at < TYPES.length; at += TYPES_AT_ONCE) {
      const types = TYPES.slice(at, at + TYPES_AT_ONCE);
      if (!(await this.read({ types, created: { gte: Math.floor(from / 1_000) } }, settings.livemode, signal))) return;
    }
    await this.tenants.system('stripe', (tx) => savePlace(tx, name, new Date(began)));
  }

  /** Newest first, page by page. Answers whether it came to the end. */
  private async read(
    asked: { types: string[]; created: { gte: number } },
    livemode: boolean,
    signal: AbortSignal,
  ): Promise<boolean> {
    let last: string | undefined;
    for (let more = true; more; ) {
      if (signal.aborted) return false;
      const page = { ...asked, limit: 100, ...(last && { starting_after: last }) };
      const { data, has_more } = await this.api.call('GET /v1/events', (stripe) => stripe.events.list(page));
      const events = data.map((event) => eventOf(event, livemode)).filter((event): event is IncomingEvent => !!event);
      const added = await this.tenants.system('stripe', (tx) => insertEvents(tx, events, 'list'));
      if (added > 0) {
        this.missed.inc(added);
        this.wakes.wake('sync-stripe-customers');
      }
      last = data.at(-1)?.id;
      more = has_more && last !== undefined;
    }
    return true;
  }
}
