import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { clock } from '@tidegate/runtime/clock';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { saveDoublePayments } from '../../kernel/double-payment.rows.ts';
import { lockBilling } from '../../kernel/subscription.rows.ts';
import { ProviderStates } from '../../subscriptions/apply-provider-state.ts';
import { advanceTo, dropCustomer, storedPayment } from '../customers/stripe-customer.rows.ts';
import { priceKeys } from '../prices/stripe-price.rows.ts';
import { isDirty } from './dirty.rows.ts';
import { storeDisputes } from './disputes.ts';
import { type Drift, driftsOf } from './drift.rules.ts';
import { type Fact, invoiceFacts, statusFact } from './facts.rules.ts';
import type { CustomerState } from './fetch-customer.ts';
import {
  insertFacts,
  saveDrifts,
  saveSubscriptions,
  statuses,
  storedInvoices,
  storedSubscriptions,
} from './mirror.rows.ts';
import { MirrorInvoices } from './mirror-invoices.ts';
import { overdueSince } from './overdue.rules.ts';
import { translate, usageOf } from './provider-state.rules.ts';
import { savePeriods } from './usage-period.rows.ts';

export interface Fetched {
  orgId: string;
  customerId: string;
  livemode: boolean;
  /** Taken before the fetch. */
  seq: string;
  state: CustomerState;
  /** Whether differences that nothing has announced are faults. */
  compare: boolean;
}

/**
 * Stores a fetch as a whole, unless a later one is stored already; each fact once; and what follows for the
 * organisation's plans. All of it in the transaction of the caller, whose lock on the customer makes fetches come one
 * after the other.
 */
@Injectable()
export class ApplyCustomer {
  private readonly drift;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly states: ProviderStates,
    private readonly invoices: MirrorInvoices,
    private readonly log: Log,
  ) {
    this.drift = new Metrics().counter(
      'tidegate_billing_drift_total',
      'Differences from Stripe that were found and healed',
    );
  }

  apply(fetched: Fetched, also: (tx: Tx) => Promise<void>): Promise<void> {
    return this.tenants.run(fetched.orgId, async (tx) => {
      const { customerId, seq, state } = fetched;
      const paying = fetched.compare ? await storedPayment(tx, customerId) : null;
      if (await advanceTo(tx, customerId, { seq, payment: state.payment })) await this.store(tx, fetched, paying);
      await also(tx);
    });
  }

  private async store(tx: Tx, fetched: Fetched, paying: unknown): Promise<void> {
    const { orgId, customerId, livemode, seq, state } = fetched;
    // Before the account's lock, as whoever changes subscriptions takes them.
    const at = await lockBilling(tx, orgId);
    const compared = fetched.compare && !(await isDirty(tx, customerId));
    const drifts = compared ? await differences(tx, fetched, paying) : [];
    const before = await statuses(tx);
    await saveSubscriptions(tx, seq, state.subscriptions);
    await this.invoices.store(tx, seq, livemode, state.invoices);
    const facts = [...state.facts, ...state.invoices.flatMap(invoiceFacts), ...changes(state, before)];
    if (state.deleted) {
      facts.push({
        key: `customer:${customerId}:deleted`,
        kind: 'customer_deleted',
        at: now(),
        data: { customer: customerId },
      });
      await dropCustomer(tx, customerId);
    }
    const fresh = await insertFacts(tx, facts);
    // Those of invoices and subscriptions differ with them.
    const unheard = fresh.filter((one) => state.facts.includes(one));
    if (compared) drifts.push(...unheard.map(({ key, data }) => ({ what: `fact ${key}`, ours: null, theirs: data })));
    await this.report(tx, orgId, drifts);
    await this.invoices.announce(tx, fresh);
    for (const { kind, key } of fresh) this.log.info({ orgId, kind, key }, 'Heard from Stripe');
    await storeDisputes(tx, this.outbox.emitter(tx), state.disputes);
    await this.follow(tx, fetched, at);
  }

  private async report(tx: Tx, orgId: string, drifts: readonly Drift[]): Promise<void> {
    if (drifts.length === 0) return;
    await saveDrifts(tx, drifts);
    this.drift.inc(drifts.length);
    for (const { what } of drifts) this.log.warn({ orgId, what }, 'The copy differed from Stripe, and is healed');
  }

  private async follow(tx: Tx, fetched: Fetched, at: number): Promise<void> {
    const { orgId, livemode, seq } = fetched;
    const { subscriptions, invoices } = fetched.state;
    const prices = subscriptions.flatMap(({ items, next }) => [...items, ...(next?.items ?? [])]);
    const keys = await priceKeys(tx, livemode, [...new Set(prices.map(({ priceId }) => priceId))]);
    await savePeriods(tx, fetched.customerId, usageOf(subscriptions, keys), at);
    const { products, duplicates, unknown } = translate(subscriptions, keys);
    for (const one of unknown) this.log.error({ orgId, ...one }, 'A price of Stripe sells nothing that is known here');
    await saveDoublePayments(tx, orgId, duplicates);
    for (const one of duplicates) this.log.error({ orgId, ...one }, 'A product is paid for twice');
    const emit = this.outbox.emitter(tx);
    for (const [product, state] of products) {
      const pastDueSince = overdueSince(state, invoices);
      await this.states.apply(tx, emit, orgId, product, { ...state, seq, pastDueSince });
    }
  }
}

/** What nothing has announced. `paying`: how they paid, as it was stored; null: it never was. */
async function differences(tx: Tx, { customerId, state }: Fetched, paying: unknown): Promise<Drift[]> {
  const id = customerId;
  const payment = JSON.parse(JSON.stringify(state.payment)) as unknown;
  return [
    ...driftsOf('subscription', await storedSubscriptions(tx), state.subscriptions),
    ...driftsOf('invoice', await storedInvoices(tx), state.invoices),
    ...(paying === null ? [] : driftsOf('customer', [{ id, payment: paying }], [{ id, payment }])),
  ];
}

function changes({ subscriptions }: CustomerState, before: ReadonlyMap<string, string>): Fact[] {
  return subscriptions
    .filter(({ id, status }) => before.get(id) !== status)
    .map((subscription) => statusFact(subscription, before.get(subscription.id) ?? null));
}

const now = (): number => Math.floor(clock.now() / 1_000);
