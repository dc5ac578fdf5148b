import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { each } from '@tidegate/runtime/each';
import { Log } from '@tidegate/telemetry/log';
import type { Stripe } from 'stripe';
import { idOf } from '../client/id-of.rules.ts';
import { refusalOf, StripeApi } from '../client/stripe-api.ts';
import { findUnresolved, ownerOf, resolveEvent } from '../inbox/stripe-event.rows.ts';

const AT_ONCE = 20;

type Owned = { customer?: string | { id: string } | null };

/** How an object's customer is asked for, by the beginning of its id. */
const FETCH: readonly [prefix: string, endpoint: string, (stripe: Stripe, id: string) => Promise<Owned>][] = [
  ['sub_sched_', 'subscription_schedules', (stripe, id) => stripe.subscriptionSchedules.retrieve(id)],
  ['sub_', 'subscriptions', (stripe, id) => stripe.subscriptions.retrieve(id)],
  ['in_', 'invoices', (stripe, id) => stripe.invoices.retrieve(id)],
  ['ch_', 'charges', (stripe, id) => stripe.charges.retrieve(id)],
  ['py_', 'charges', (stripe, id) => stripe.charges.retrieve(id)],
  ['pi_', 'payment_intents', (stripe, id) => stripe.paymentIntents.retrieve(id)],
  ['seti_', 'setup_intents', (stripe, id) => stripe.setupIntents.retrieve(id)],
  ['cs_', 'checkout/sessions', (stripe, id) => stripe.checkout.sessions.retrieve(id)],
  ['pm_', 'payment_methods', (stripe, id) => stripe.paymentMethods.retrieve(id)],
  ['cn_', 'credit_notes', (stripe, id) => stripe.creditNotes.retrieve(id)],
  ['dp_', 'disputes', disputed],
  ['du_', 'disputes', disputed],
];

async function disputed(stripe: Stripe, id: string): Promise<Owned> {
  const { charge } = await stripe.disputes.retrieve(id);
  return stripe.charges.retrieve(idOf(charge));
}

/** Thin events say which object has changed, not whose it is: the copy knows, or Stripe is asked. */
@Injectable()
export class ResolveEvents {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly api: StripeApi,
    private readonly log: Log,
  ) {}

  /** Answers whether there are more. */
  async resolve(signal: AbortSignal): Promise<boolean> {
    const reader = this.tenants.reader({ system: 'stripe' });
    const events = await findUnresolved(reader, AT_ONCE);
    await each(
      events,
      { signal, log: this.log, what: 'Finding the customer of an event' },
      async ({ id, object_id }) => {
        const customerId = (await ownerOf(reader, object_id)) ?? (await this.ask(object_id));
        await this.tenants.system('stripe', (tx) => resolveEvent(tx, id, customerId));
      },
    );
    return events.length === AT_ONCE;
  }

  private async ask(objectId: string): Promise<string | null> {
    const [, endpoint = '', fetch] = FETCH.find(([prefix]) => objectId.startsWith(prefix)) ?? [];
    if (!fetch) return null;
    try {
      const { customer } = await this.api.call(`GET /v1/${endpoint}/:id`, (stripe) => fetch(stripe, objectId));
      return idOf(customer) ?? null;
    } catch (error) {
      if (refusalOf(error)) return null;
      throw error;
    }
  }
}
