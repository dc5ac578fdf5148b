import { receiveWebhook } from '@tidegate/contracts/billing/webhook';
import { ANONYMOUS } from '@tidegate/contracts/kernel/caller';
import type { Operation, Output } from '@tidegate/contracts/kernel/operation';
import { newId } from '@tidegate/database/ids';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import type { Settings } from '@tidegate/runtime/settings';
import type { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { Stripe } from 'stripe';
import { PaidItems } from '../src/stripe/changes/paid-items.ts';
import { PreviewPayments } from '../src/stripe/changes/preview-payments.ts';
import { RestoreOrders } from '../src/stripe/changes/restore-orders.loop.ts';
import { ScheduledOrders } from '../src/stripe/changes/scheduled-orders.ts';
import { StripePayments } from '../src/stripe/changes/stripe-payments.ts';
import { BuyPackage } from '../src/stripe/checkout/buy-package.ts';
import { CheckoutSessions } from '../src/stripe/checkout/checkout-sessions.ts';
import { CheckoutParts, CreateCheckout } from '../src/stripe/checkout/create-checkout.ts';
import { FinishCheckout } from '../src/stripe/checkout/finish-checkout.ts';
import { StoredCalls } from '../src/stripe/client/stored-calls.ts';
import { StripeApi } from '../src/stripe/client/stripe-api.ts';
import { EnsureCustomer } from '../src/stripe/customers/ensure-customer.ts';
import { saveCustomer } from '../src/stripe/customers/stripe-customer.rows.ts';
import { ShowPayments } from '../src/stripe/history/show-payments.ts';
import { ManageEvents } from '../src/stripe/inbox/manage-events.ts';
import { ReceiveWebhook } from '../src/stripe/inbox/receive-webhook.ts';
import { StoreEvents } from '../src/stripe/inbox/store-events.ts';
import { ApplyCustomer } from '../src/stripe/mirror/apply-customer.ts';
import { BoughtPackages } from '../src/stripe/mirror/bought-packages.ts';
import { FetchCustomer } from '../src/stripe/mirror/fetch-customer.ts';
import { MirrorInvoices } from '../src/stripe/mirror/mirror-invoices.ts';
import { ResolveEvents } from '../src/stripe/mirror/resolve-events.ts';
import type { SubscriptionState } from '../src/stripe/mirror/subscription-state.rules.ts';
import { SyncCustomer } from '../src/stripe/mirror/sync-customer.ts';
import { SyncCustomers } from '../src/stripe/mirror/sync-customers.loop.ts';
import { TriedCards } from '../src/stripe/mirror/tried-cards.ts';
import { PromotionCodes } from '../src/stripe/prices/promotion-codes.ts';
import { PublishedPrices } from '../src/stripe/prices/published-prices.ts';
import { PublishPrices } from '../src/stripe/publish/publish-prices.ts';
import { BuyWhenLow } from '../src/stripe/top-ups/buy-when-low.loop.ts';
import { ChargeTopUp } from '../src/stripe/top-ups/charge-top-up.ts';
import { ManageTopUps } from '../src/stripe/top-ups/manage-top-ups.ts';
import { markTopUp } from '../src/stripe/top-ups/top-up.rows.ts';
import { CompareCustomers } from '../src/stripe/upkeep/compare-customers.loop.ts';
import { CountCoupons } from '../src/stripe/upkeep/count-coupons.loop.ts';
import { FindEvents } from '../src/stripe/upkeep/find-events.loop.ts';
import { CompareUsage } from '../src/stripe/usage/compare-usage.ts';
import { LateUsage } from '../src/stripe/usage/late-usage.ts';
import { ReportUsageLoop } from '../src/stripe/usage/report-usage.loop.ts';
import { ReportUsage } from '../src/stripe/usage/report-usage.ts';
import { SendUsage } from '../src/stripe/usage/send-usage.ts';
import { Payments } from '../src/subscriptions/payments.ts';
import { type Fixture, openBilling } from './fixture.ts';

export const SECRET = 'whsec_of_the_test_endpoint';
export const NEXT_SECRET = 'whsec_of_the_test_endpoint_next';
/** Nobody listens there. */
export const NOWHERE = 'http://127.0.0.1:9';

export interface StripeOptions {
  apiBase?: string;
  secretKey?: string | undefined;
  webhookSecrets?: string[];
  tax?: boolean;
}

/** Billing with its part of Stripe, as the service has it, on a schema of its own. */
export async function openStripeBilling(options: StripeOptions = {}) {
  const payments = new LaterPayments();
  const billing = await openBilling({ payments });
  const parts = await stripeParts(billing, options);
  payments.to = parts.payments;
  return { ...billing, ...parts };
}
export type StripeBilling = Awaited<ReturnType<typeof openStripeBilling>>;

/** Billing is opened before there is anything to pay with. */
class LaterPayments extends Payments {
  to!: Payments;
  get configured(): boolean {
    return this.to.configured;
  }
  change: Payments['change'] = (...given) => this.to.change(...given);
  preview: Payments['preview'] = (...given) => this.to.preview(...given);
  cancel: Payments['cancel'] = (...given) => this.to.cancel(...given);
  resume: Payments['resume'] = (...given) => this.to.resume(...given);
  pause: Payments['pause'] = (...given) => this.to.pause(...given);
}

/** Another process of the service on the same schema. */
export async function stripeParts({ tenants, outbox, states, bus }: Fixture, options: StripeOptions = {}) {
  const { apiBase = NOWHERE, webhookSecrets = [SECRET, NEXT_SECRET] } = options;
  const secretKey = 'secretKey' in options ? options.secretKey : 'sk_test_of_the_test_account';
  const config = {
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_WEBHOOK_SECRET: webhookSecrets,
    STRIPE_API_BASE: apiBase,
    STRIPE_TAX: options.tax ?? false,
    INVOICE_DUE_DAYS: 14,
    GRACE_DAYS: 7,
    UNPAID_DAYS: 30,
    INVOICE_REMINDER_DAYS: '',
    INVOICE_KEEP_YEARS: 10,
    INSTALLATION_NAME: 'Tidegate',
    INVOICE_TAX_NAME: 'VAT',
  };
  const log = new Log({ service: 'billing' });
  const metrics = new Metrics();
  const woken: string[] = [];
  const wakes = { wake: (loop: string) => void woken.push(loop) } as unknown as Wakes;
  const api = new StripeApi(config, { publicUrl: 'http://localhost:3000' } as Settings, log, metrics);
  await api.onApplicationBootstrap();
  const calls = new StoredCalls(tenants, api);
  const customers = new EnsureCustomer(tenants, calls);
  let broken = false;
  const breakable = {
    apply: async (...given: Parameters<typeof states.apply>) => {
      if (broken) throw new Error('broken on purpose');
      await states.apply(...given);
    },
  } as typeof states;
  const sync = new SyncCustomer(
    tenants,
    api,
    new FetchCustomer(api, new TriedCards(tenants, api, log)),
    new ApplyCustomer(tenants, outbox, breakable, new MirrorInvoices(outbox), log),
    new BoughtPackages(tenants, api, outbox),
  );
  const loop = new SyncCustomers(tenants, api, sync, new ResolveEvents(tenants, api, log), log);
  const prices = new PublishedPrices(tenants, api);
  const codes = new PromotionCodes(tenants, api);
  const sessions = new CheckoutSessions(tenants, api, calls);
  const handlers = [
    new ReceiveWebhook(api, new StoreEvents(tenants, wakes), log),
    new ManageEvents(wakes),
    new ShowPayments(api),
    new PublishPrices(tenants, api),
    new CreateCheckout(tenants, new CheckoutParts(api, customers, prices, codes), sessions, sync),
    new BuyPackage(tenants, new CheckoutParts(api, customers, prices, codes), calls),
    new FinishCheckout(tenants, api, customers, sync),
    new ManageTopUps(tenants, api, prices, wakes),
  ].flatMap(operationHandlers);
  const runner = new OperationRunner(tenants, outbox);
  const run = async <Op extends Operation>(operation: Op, input: unknown, orgId: string = newId()) => {
    const handler = handlers.find((one) => one.operation === operation);
    if (!handler) throw new Error(`No handler of ${operation.name} here.`);
    const kind = operation.scope === 'service' ? ('service' as const) : ('user' as const);
    const caller = operation.scope === 'public' ? ANONYMOUS : { kind, orgId, scopes: [operation.scope] };
    return (await runner.run(handler, { caller, input, deadline: performance.now() + 60_000 })) as Output<Op>;
  };
  const signal = new AbortController().signal;
  const paidItems = new PaidItems(tenants, api, prices, codes);
  const orders = new ScheduledOrders(tenants, api, paidItems);
  const sending = new SendUsage(tenants, api, log);
  const reports = new ReportUsage(tenants, bus, sending, new LateUsage(tenants, api, calls, log));
  const usageLoop = new ReportUsageLoop(tenants, api, reports, new CompareUsage(tenants, api, log, metrics), log);
  const topUps = () => new BuyWhenLow(tenants, bus, new ChargeTopUp(tenants, api, calls, prices, outbox), outbox, log);
  return {
    /** Usage says that a meter runs low, and replicas of the loop that buys more do what is due. */
    runLow: async (orgId: string, meter = 'calls', replicas = 1) => {
      await tenants.run(orgId, (tx) => markTopUp(tx, orgId, meter));
      const turns = async (loop: BuyWhenLow) => {
        while ((await loop.turn({ signal })) === 'again');
      };
      await Promise.all(Array.from({ length: replicas }, () => turns(topUps())));
    },
    /** Reports the usage of all whose time has come. `whole`: as once a day. */
    reportUsage: async ({ whole = false } = {}) => {
      const day = whole ? ", compared_at = 'epoch'" : '';
      await tenants.system('stripe', (tx) =>
        tx.query(`update stripe_usage_due set due_at = now() - interval '1 second'${day} where due_at < 'infinity'`),
      );
      return usageLoop.turn({ signal });
    },
    api,
    calls,
    customers,
    payments: new StripePayments(api, paidItems, new PreviewPayments(tenants, api, paidItems), sync, orders),
    /** One turn of the loop that brings back what was ordered, when its time has come. */
    restoreOrders: async () => {
      await tenants.system('stripe', (tx) => tx.query('update stripe_kept_orders set due_at = now()'));
      return new RestoreOrders(tenants, api, orders, sync, log).turn({ signal });
    },
    /** One turn of the loop that looks for events which no webhook has brought. */
    find: () => new FindEvents(tenants, api, wakes, metrics).turn({ signal }),
    /** One turn of the daily comparison when so many hours have passed, by default for everybody. */
    /** What is redeemed at Stripe is counted here. */
    countCoupons: () => new CountCoupons(tenants, api).turn({ signal: new AbortController().signal }),
    compare: async ({ hours = 48 } = {}) => {
      await tenants.system('stripe', (tx) =>
        tx.query('update stripe_customers set compared_at = compared_at - make_interval(hours => $1)', [hours]),
      );
      return new CompareCustomers(tenants, api, sync, log).turn({ signal });
    },
    /** As if the time of everything that waits had come. */
    makeDue: () => tenants.as({}, (tx) => tx.query("update stripe_dirty set due_at = now() - interval '1 second'")),
    sync,
    /** Loops that Stripe's part has woken. */
    wokenByStripe: woken,
    ask: run,
    /** What Stripe sends, as it comes from the gateway. */
    deliver: (payload: string, { secret = SECRET, at = Date.now() }: { secret?: string; at?: number } = {}) => {
      const timestamp = Math.floor(at / 1_000);
      const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
      const body = Buffer.from(payload).toString('base64');
      return run(receiveWebhook, { body, signature });
    },
    /** One turn of the loop that copies customers. */
    copy: () => loop.turn({ signal }),
    /** An organisation that is a customer at Stripe. */
    linked: async (customerId: string): Promise<string> => {
      const org = newId();
      await tenants.run(org, (tx) => saveCustomer(tx, org, false, customerId));
      return org;
    },
    /** Whether storing what was fetched fails. */
    breakCopies: (now: boolean) => {
      broken = now;
    },
    facts: (org: string) =>
      tenants.read(org, (tx) =>
        tx.query<{ kind: string; data: Record<string, unknown> }>(
          'select kind, data from stripe_facts where org_id = $1 order by noted_at, key',
          [org],
        ),
      ),
    drifts: (org: string) =>
      tenants.read(org, (tx) =>
        tx.query<{ what: string }>('select what, ours, theirs from stripe_drifts where org_id = $1 order by id', [org]),
      ),
    subscriptions: (org: string) =>
      tenants.read(org, (tx) =>
        tx.query<{ id: string; status: string; state: SubscriptionState }>(
          'select id, status, state from stripe_subscriptions where org_id = $1 order by created, id',
          [org],
        ),
      ),
    events: () =>
      tenants.as({}, (tx) =>
        tx.query<{ id: string; state: string; customer_id: string | null; attempts: number; error: string | null }>(
          'select id, state, customer_id, attempts, error from stripe_events order by id',
        ),
      ),
    dirty: () =>
      tenants.as({}, (tx) =>
        tx.query<{ customer_id: string; marks: number }>(
          'select customer_id, marks from stripe_dirty order by customer_id',
        ),
      ),
  };
}
