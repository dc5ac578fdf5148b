import { Stripe } from 'stripe';
import type { Billed, Plan, Status } from './sold.ts';
import type { World } from './world.ts';

/** An organisation as far as Stripe knows it. */
export interface Customer {
  id: string;
  customer?: string;
  /** The card that pays. */
  method?: string;
}

export interface Facts {
  billed: Billed;
  invoices: { number: string; total: number; status: string }[];
  cancel: (at: 'now' | 'period_end') => Promise<unknown>;
}

const KEY = /^main\.(addon\.)?(\w+)\.v(\d+)\.eur\.(month|year)$/;
const clients = new WeakMap<World, Stripe>();

/** What the dashboard shows of an organisation's subscription: the one that lives, or the last that did. */
export async function factsOf(world: World, one: Customer): Promise<Facts | undefined> {
  const dashboard =
    clients.get(world) ?? new Stripe(world.stripe.key, { ...world.stripe.client, apiVersion: '2026-10-28.endive' });
  clients.set(world, dashboard);
  one.customer ??= (await dashboard.customers.list({ limit: 100 })).data.find(
    ({ metadata }) => metadata['organisation_id'] === one.id,
  )?.id;
  if (!one.customer) return undefined;
  const { customer } = one;
  const { data } = await dashboard.subscriptions.list({ customer, status: 'all', limit: 100 });
  const over = ({ status }: Stripe.Subscription) => status === 'canceled' || status === 'incomplete_expired';
  const newest = [...data].sort((a, b) => b.created - a.created || (a.id < b.id ? 1 : -1));
  const found = newest.find((sub) => !over(sub)) ?? newest[0];
  if (!found) return undefined;
  one.method ??= (await dashboard.customers.listPaymentMethods(customer)).data[0]?.id;
  let sold: Pick<Billed, 'plan' | 'edition' | 'interval' | 'periodStart'> | undefined;
  let rooms5 = 0;
  for (const item of found.items.data) {
    const parts = KEY.exec(item.price.lookup_key ?? '');
    // What is charged by use is no plan.
    if (!parts) continue;
    const [, addon, name, version, interval] = parts;
    if (addon) rooms5 = item.quantity ?? 0;
    else
      sold = {
        plan: name as Plan,
        edition: Number(version) - 1,
        interval: interval as Billed['interval'],
        periodStart: item.current_period_start * 1_000,
      };
  }
  if (!sold) throw new Error('Stripe bills for something that nobody sells.');
  const invoices = (await dashboard.invoices.list({ customer, limit: 100 })).data;
  const open = invoices.filter((one) => one.status === 'open' && one.amount_remaining > 0);
  const since = open.map((one) => one.due_date ?? one.status_transitions.finalized_at ?? one.created);
  const overdueSince = since.length > 0 ? Math.min(...since) * 1_000 : undefined;
  return {
    billed: {
      ...sold,
      rooms5,
      status: found.status as Status,
      anchor: found.billing_cycle_anchor * 1_000,
      overdueSince,
    },
    invoices: invoices
      .filter(({ status }) => status !== 'draft')
      .map(({ number, total, status }) => ({ number: number ?? '', total, status: status ?? '' })),
    cancel: (at) =>
      at === 'now'
        ? dashboard.subscriptions.cancel(found.id)
        : dashboard.subscriptions.update(found.id, { cancel_at_period_end: true }),
  };
}
