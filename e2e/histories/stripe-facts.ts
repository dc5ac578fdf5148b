import { Stripe } from 'stripe';
import { type Billed, NONE, type Plan, type Product, type Status } from './sold.ts';
import type { World } from './world.ts';

/** An organisation as far as Stripe knows it. */
export interface Customer {
  id: string;
  customer?: string;
}

export interface Facts {
  id: string;
  billed: Billed;
}

/** Of what the dashboard lists. */
export interface Listed {
  id: string;
  subscription: string | undefined;
  number: string;
  total: number;
  paid: number;
  remaining: number;
  credited: number;
  status: string;
}

const KEY = /^(main|bots)\.(addon\.)?(\w+)\.v(\d+)\.eur\.(month|year)$/;
const clients = new WeakMap<World, Stripe>();

export function dashboardOf(world: World): Stripe {
  // It may meet faults that were planned for the services, several at once.
  const options = { ...world.stripe.client, apiVersion: '2026-10-28.endive', maxNetworkRetries: 10 } as const;
  const known = clients.get(world) ?? new Stripe(world.stripe.key, options);
  clients.set(world, known);
  return known;
}

async function customerOf(world: World, one: Customer): Promise<string | undefined> {
  one.customer ??= (await dashboardOf(world).customers.list({ limit: 100 })).data.find(
    ({ metadata }) => metadata['organisation_id'] === one.id,
  )?.id;
  return one.customer;
}

const isOver = ({ status }: Stripe.Subscription) => status === 'canceled' || status === 'incomplete_expired';

/** What the dashboard shows of what an organisation has of a product: the subscription that lives, or the last that did. */
export async function factsOf(world: World, one: Customer, product: Product): Promise<Facts | undefined> {
  const customer = await customerOf(world, one);
  if (!customer) return undefined;
  const { data } = await dashboardOf(world).subscriptions.list({ customer, status: 'all', limit: 100 });
  const own = data.filter(({ items }) =>
    items.data.some(({ price }) => KEY.exec(price.lookup_key ?? '')?.[1] === product),
  );
  const newest = own.sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
  const found = newest.find((sub) => !isOver(sub)) ?? newest[0];
  if (!found) return undefined;
  let sold: Pick<Billed, 'plan' | 'edition' | 'interval' | 'periodStart'> | undefined;
  const addons = { ...NONE };
  for (const item of found.items.data) {
    const parts = KEY.exec(item.price.lookup_key ?? '');
    // What is charged by use is no plan.
    if (!parts) continue;
    const [, , addon, name, version, interval] = parts;
    if (addon && name === 'rooms5') addons.rooms5 = item.quantity ?? 0;
    else if (addon) addons.members = item.quantity ?? 0;
    else
      sold = {
        plan: name as Plan,
        edition: Number(version) - 1,
        interval: interval as Billed['interval'],
        periodStart: item.current_period_start * 1_000,
      };
  }
  if (!sold) throw new Error('Stripe bills for something that nobody sells.');
  const status = found.status as Status;
  const overdueSince = status === 'past_due' ? await overdue(world, customer, found.id) : undefined;
  return {
    id: found.id,
    billed: { ...sold, addons, status, anchor: found.billing_cycle_anchor * 1_000, overdueSince },
  };
}

/** The oldest invoice of the subscription that is open was due then, or was issued. */
async function overdue(world: World, customer: string, subscription: string): Promise<number | undefined> {
  const since = (await dashboardOf(world).invoices.list({ customer, limit: 100 })).data
    .filter((one) => subscriptionOf(one) === subscription && one.status === 'open' && one.amount_remaining > 0)
    .map((one) => one.due_date ?? one.status_transitions.finalized_at ?? one.created);
  return since.length > 0 ? Math.min(...since) * 1_000 : undefined;
}

function subscriptionOf({ parent }: Stripe.Invoice): string | undefined {
  const of = parent?.subscription_details?.subscription;
  return typeof of === 'string' ? of : of?.id;
}

/** A draft is nothing that anybody owes. The newest first. */
export async function invoicesAt(world: World, one: Customer): Promise<Listed[]> {
  const customer = await customerOf(world, one);
  if (!customer) return [];
  const { data } = await dashboardOf(world).invoices.list({ customer, limit: 100 });
  return data
    .filter(({ status }) => status !== 'draft')
    .map((invoice) => ({
      id: invoice.id as string,
      subscription: subscriptionOf(invoice),
      number: invoice.number ?? '',
      total: invoice.total,
      paid: invoice.amount_paid,
      remaining: invoice.amount_remaining,
      credited: invoice.pre_payment_credit_notes_amount + invoice.post_payment_credit_notes_amount,
      status: invoice.status ?? '',
    }));
}

/** The cards of an organisation. */
export async function cardsOf(world: World, one: Customer): Promise<string[]> {
  const customer = await customerOf(world, one);
  if (!customer) return [];
  return (await dashboardOf(world).customers.listPaymentMethods(customer)).data.map(({ id }) => id);
}

/** The last payment for something that could be taken back. */
export async function lastCharge(world: World, one: Customer): Promise<Stripe.Charge | undefined> {
  const customer = await customerOf(world, one);
  if (!customer) return undefined;
  const { data } = await dashboardOf(world).charges.list({ customer, limit: 100 });
  return data.find(
    ({ paid, refunded, disputed, amount_refunded }) => paid && !refunded && !disputed && amount_refunded === 0,
  );
}

/** How often each coupon was redeemed there, whatever its terms were. */
export async function redeemedAt(world: World): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const { id, times_redeemed: times } of (await dashboardOf(world).coupons.list({ limit: 100 })).data) {
    const coupon = id.split('_').slice(1, -1).join('_');
    sums.set(coupon, (sums.get(coupon) ?? 0) + times);
  }
  return sums;
}
