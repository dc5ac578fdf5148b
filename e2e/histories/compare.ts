import { getCredits } from '@tidegate/contracts/billing/credits';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { listInvoices } from '@tidegate/contracts/billing/invoices';
import type { Output } from '@tidegate/contracts/kernel/operation';
import { usageLimits } from '@tidegate/contracts/usage/limits';
import { DAY } from './calendar.ts';
import type { Organisation } from './organisation.ts';
import { PRODUCTS } from './sold.ts';
import { invoicesAt } from './stripe-facts.ts';
import { VALUE_METERS } from './usage-model.ts';
import type { World } from './world.ts';

const KEPT = 390 * DAY;

/** What the services say of an organisation, and what the model does. */
export async function compare(world: World, one: Organisation) {
  return { services: await askServices(world, one), model: await askModel(world, one) };
}

/** The same for what may be done, as usage has it, of all at once. */
export async function mayNow(world: World): Promise<Map<string, ReturnType<typeof may>>> {
  const rows = await world.query<{ org_id: string; snapshot: Snapshot }>(
    'select org_id, snapshot from usage.entitlement_snapshots',
  );
  return new Map(rows.map(({ org_id, snapshot }) => [org_id, may(snapshot)]));
}

type Snapshot = Pick<Awaited<ReturnType<typeof entitlements>>, 'plans' | 'features'>;
const entitlements = (world: World, orgId: string) => world.call(getEntitlements, {}, { orgId });

function may({ plans, features }: Snapshot) {
  const limit = (key: string) => {
    const grant = features[key];
    return grant && 'limit' in grant ? grant.limit : undefined;
  };
  const depth = features['depth'];
  return {
    plans: Object.fromEntries(
      PRODUCTS.flatMap((product) => {
        const one = plans[product];
        return one ? [[product, { plan: one.plan, status: one.status, access: one.access }]] : [];
      }),
    ),
    rooms: limit('rooms'),
    seats: limit('seats'),
    depth: depth?.kind === 'level' ? depth.level : undefined,
    reports: limit('reports'),
    pages: limit('pages'),
    scans: limit('scans'),
    robots: limit('robots'),
    runs: limit('runs'),
  };
}

/** What is used in the windows of now, and what is left of what was paid for in advance. */
export function balancesOf({ items }: Output<typeof usageLimits>) {
  const of = (feature: string) => items.find((item) => item.feature === feature);
  return {
    reports: of('reports')?.used,
    reserved: of('reports')?.reserved,
    pages: of('pages')?.used,
    calls: of('api_calls')?.used,
    scans: of('scans')?.used,
    prepaid: of('scans')?.credits,
    runs: of('runs')?.used,
    peak: of('peak')?.used,
    guests: of('guests')?.used,
    newest: of('newest')?.used,
  };
}

/** What is left of each of the prepaid units, in the order in which they are drawn. */
export const leftOfEach = ({ features }: Output<typeof getCredits>) =>
  features
    .filter(({ feature }) => feature === 'scans')
    .flatMap(({ credits }) => credits.map(({ left, expired }) => ({ left, expired })));

async function askServices(world: World, { id }: Organisation) {
  const { items } = await world.call(usageLimits, {}, { orgId: id });
  const counted = (feature: string) => items.find((item) => item.feature === feature);
  const reports = counted('reports');
  const listed = (await world.call(listInvoices, { limit: 100 }, { orgId: id })).items;
  const own = listed.filter(({ provider }) => provider === 'manual');
  const [sums] = await world.query<Record<string, string | null>>(
    `select (select sum(amount_minor - discount_minor) from billing.invoice_items where org_id = $1 and invoice_id is null) as waiting,
            (select sum(amount_minor - discount_minor) from billing.invoice_items i where org_id = $1 and not exists
              (select 1 from billing.invoices v where v.org_id = $1 and v.id = i.invoice_id and v.provider = 'stripe')) as charged,
            (select sum(amount_minor) from billing.balance_changes where org_id = $1) as balance,
            (select count(*) from billing.coupon_redemptions where org_id = $1) as coupons,
            (select sum(quantity) from usage.usage_hours where org_id = $1 and meter <> all ($3)) as hours,
            (select sum(quantity) from usage.usage_hours where org_id = $1 and meter = any ($3)) as of_values,
            (select sum(used) from usage.usage_balances where org_id = $1 and meter <> all ($3)) as balances,
            -- Single events are dropped after 400 days.
            (select sum(quantity) from usage.usage_events where org_id = $1 and at >= $2 and meter <> all ($3)) as events`,
    [id, new Date(world.now - KEPT), VALUE_METERS],
  );
  const number = (key: string) => Number(sums?.[key] ?? 0);
  return {
    may: may(await entitlements(world, id)),
    limits: { reports: reports?.limit, pages: counted('pages')?.limit, rooms: counted('rooms')?.limit },
    balances: balancesOf({ items }),
    prepaid: leftOfEach(await world.call(getCredits, {}, { orgId: id })),
    usedInAll: {
      hours: number('hours'),
      balances: number('balances'),
      events: number('events'),
      values: number('of_values'),
    },
    invoices: own.map(({ totalMinor: total, dueMinor: due, status }) => ({ total, due, status })).sort(bySize),
    coupons: number('coupons'),
    balance: number('balance'),
    waiting: number('waiting'),
    charged: number('charged'),
    atStripe: listed
      // Until an hour after its event was received a draft is nothing that anybody owes.
      .filter(({ provider, status }) => provider === 'stripe' && status !== 'draft')
      .map(({ number, totalMinor: total, status }) => ({ number, total, status }))
      .sort(byNumber),
  };
}

async function askModel(world: World, one: Organisation) {
  const { model } = one;
  const { books } = model;
  const may = model.may();
  const [used, kept] = [model.usage.usedSince(0), model.usage.usedSince(world.now - KEPT)];
  return {
    may,
    limits: { reports: may.reports, pages: may.pages, rooms: may.rooms },
    balances: model.balances(),
    prepaid: model.usage.scans.leftOfEach(model.now),
    usedInAll: { hours: used, balances: used, events: kept, values: model.valuesInAll() },
    invoices: books.invoices.map(({ total, due, status }) => ({ total, due, status })).sort(bySize),
    coupons: model.coupons.had.length + (model.hadGift ? 1 : 0),
    balance: books.balance,
    waiting: books.waiting,
    charged: books.sum,
    atStripe: (await invoicesAt(world, one))
      // What is given back beyond the charges goes to the balance, and is no total.
      .map(({ number, total, status }) => ({ number, total: Math.max(0, total), status }))
      .sort(byNumber),
  };
}

/** Of one organisation, in the order of their issue. */
export const byNumber = (a: { number: string | null }, b: { number: string | null }) =>
  (a.number ?? '') < (b.number ?? '') ? -1 : 1;

interface Sized {
  total: number;
  due: number;
  status: string;
}

/** Periods and usage that are due at the same time are charged in any order. */
const bySize = (a: Sized, b: Sized) => a.total - b.total || a.due - b.due || (a.status < b.status ? -1 : 1);
