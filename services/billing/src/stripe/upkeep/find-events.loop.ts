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

/** At most twenty can be asked for; what they leave out comes with one of them. */
const TYPES = [
  'checkout.session.completed',
  'customer.deleted',
  'customer.updated',
  'customer.subscription.created',
  'customer.subscription.deleted',
  'customer.subscription.paused',
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
  'charge.refunded',
  'charge.dispute.created',
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
    const whole = await this.read(Math.floor(from / 1_000), settings.livemode, signal);
    if (whole) await this.tenants.system('stripe', (tx) => savePlace(tx, name, new Date(began)));
  }

  /** Newest first, page by page. Answers whether it came to the end. */
  private async read(from: number, livemode: boolean, signal: AbortSignal): Promise<boolean> {
    let last: string | undefined;
    for (let more = true; more; ) {
      if (signal.aborted) return false;
      const page = { created: { gte: from }, types: TYPES, limit: 100, ...(last && { starting_after: last }) };
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
