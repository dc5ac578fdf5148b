import { Injectable } from '@nestjs/common';
import type { Stripe } from 'stripe';
import type { DisputeFound } from '../../kernel/dispute.rows.ts';
import { type Page, StripeApi } from '../client/stripe-api.ts';
import { disputeFacts, disputeFound } from './disputes.ts';
import { chargeFacts, creditNoteFact, type Fact } from './facts.rules.ts';
import { type InvoiceState, invoiceState } from './invoice-state.rules.ts';
import { type SubscriptionState, subscriptionState } from './subscription-state.rules.ts';
import { TriedCards } from './tried-cards.ts';

/** Everything of a customer at one moment, or a little later: whatever changes meanwhile brings another fetch. */
export interface CustomerState {
  deleted: boolean;
  payment: PaymentState;
  subscriptions: SubscriptionState[];
  invoices: InvoiceState[];
  facts: Fact[];
  disputes: DisputeFound[];
}

export interface PaymentState {
  card: { brand: string; last4: string; expires: string } | null;
  delinquent: boolean;
  /** Minor units; negative is a credit, as at Stripe. */
  balance: number;
}

/** Older ones were copied before, and do not change any more as a rule; the nightly comparison reads them all. */
const INVOICES = 100;

@Injectable()
export class FetchCustomer {
  constructor(
    private readonly api: StripeApi,
    private readonly tried: TriedCards,
  ) {}

  /** `money`: what was given back and what is disputed as well; `disputed`: which disputes. `all`: every invoice that there is. */
  async fetch(
    customerId: string,
    { all = false, money = false, disputed = [] }: { all?: boolean; money?: boolean | undefined; disputed?: string[] },
  ) {
    const found = await this.subscriptions(customerId);
    const refused = await this.tried.refuse(customerId, found);
    const [customer, subscriptions, invoices, disputes] = await Promise.all([
      this.customer(customerId),
      refused.length > 0 ? this.subscriptions(customerId) : found,
      this.invoices(customerId, all),
      Promise.all(disputed.map((id) => this.dispute(id))),
    ]);
    return {
      deleted: customer.deleted === true,
      payment: paymentState(customer, subscriptions),
      subscriptions: subscriptions.map(subscriptionState),
      invoices: invoices.map(invoiceState),
      facts: [...(money ? await this.facts(customerId) : []), ...disputes.flatMap(disputeFacts), ...refused],
      disputes,
    } satisfies CustomerState;
  }

  private async dispute(id: string): Promise<DisputeFound> {
    return disputeFound(await this.api.call('GET /v1/disputes/:id', (stripe) => stripe.disputes.retrieve(id)));
  }

  private customer(id: string) {
    const expand = ['invoice_settings.default_payment_method'];
    return this.api.call('GET /v1/customers/:id', (stripe) => stripe.customers.retrieve(id, { expand }));
  }

  private subscriptions(customer: string) {
    const these = { customer, status: 'all' as const, expand: ['data.schedule', 'data.default_payment_method'] };
    return this.api.listAll('GET /v1/subscriptions', (stripe, page) =>
      stripe.subscriptions.list({ ...these, ...page }),
    );
  }

  /** Each has its first ten lines inside; the others are asked for. */
  private async invoices(customer: string, all: boolean) {
    const most = all ? undefined : INVOICES;
    const list = (stripe: Stripe, page: Page) => stripe.invoices.list({ customer, ...page });
    const found = await this.api.listAll('GET /v1/invoices', list, most);
    for (const { id, lines } of found) {
      if (!lines.has_more) continue;
      const rest = (stripe: Stripe, page: Page) => stripe.invoices.listLineItems(id, page);
      lines.data = await this.api.listAll('GET /v1/invoices/:id/lines', rest);
    }
    return found;
  }

  private async facts(customer: string): Promise<Fact[]> {
    const [charges, notes] = await Promise.all([
      this.api.listAll('GET /v1/charges', (stripe, page) => stripe.charges.list({ customer, ...page })),
      this.api.listAll('GET /v1/credit_notes', (stripe, page) => stripe.creditNotes.list({ customer, ...page })),
    ]);
    return [...charges.flatMap(chargeFacts), ...notes.map(creditNoteFact)];
  }
}

function paymentState(
  customer: Stripe.Customer | Stripe.DeletedCustomer,
  subscriptions: readonly Stripe.Subscription[],
): PaymentState {
  if (customer.deleted) return { card: null, delinquent: false, balance: 0 };
  const card = paysWith(customer, subscriptions)?.card;
  const month = String(card?.exp_month ?? '').padStart(2, '0');
  return {
    card: card ? { brand: card.brand, last4: card.last4, expires: `${card.exp_year}-${month}` } : null,
    delinquent: customer.delinquent ?? false,
    balance: customer.balance ?? 0,
  };
}

/** What Stripe charges: a checkout page leaves it at the subscription, the portal at the customer. Of two, the newer's. */
function paysWith(
  { invoice_settings: own }: Stripe.Customer,
  subscriptions: readonly Stripe.Subscription[],
): Stripe.PaymentMethod | undefined {
  const live = subscriptions.filter(({ status }) => !OVER.has(status)).toSorted((a, b) => b.created - a.created);
  const methods = [...live.map((one) => one.default_payment_method), own?.default_payment_method];
  return methods.find((one): one is Stripe.PaymentMethod => typeof one === 'object' && one !== null);
}

const OVER = new Set<Stripe.Subscription.Status>(['canceled', 'incomplete_expired', 'incomplete']);
