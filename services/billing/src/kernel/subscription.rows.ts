import type { PeriodStep } from '@tidegate/contracts/billing/period';
import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Tx } from '@tidegate/database/tx';
import { OWED_SINCE } from './debt.rows.ts';
import { noteRevenue } from './revenue.rows.ts';
import type { Interval, Item, Provider, Scheduled, Subscription } from './subscription.rules.ts';

interface SubscriptionRow {
  product: string;
  plan: string;
  plan_version: number;
  status: SubscriptionStatus;
  billing_interval: Interval;
  currency: string | null;
  provider: Provider;
  provider_ref: string | null;
  provider_seq: string;
  started_at: Date;
  period_start: Date | null;
  period_end: Date | null;
  trial_end: Date | null;
  cancel_at: Date | null;
  paused_at: Date | null;
  paused_by: Subscription['pausedBy'];
  pause_ends_at: Date | null;
  grace_until: Date | null;
  unpaid_at: Date | null;
  owed_since: Date | null;
  billing_held: boolean;
  next_plan: string | null;
  next_plan_version: number | null;
  next_interval: Interval | null;
  next_at: Date | null;
  next_by: string | null;
  next_reason: string | null;
  next_addons: Scheduled['addons'];
  ordered_by: Subscription['orderedBy'];
}

interface ItemRow {
  product: string;
  addon: string;
  version: number;
  quantity: number;
  since: Date;
  until: Date | null;
}

export const changedBy = (caller: Caller): string => caller.userId ?? caller.keyId ?? caller.service ?? caller.kind;

/** All that an organisation has, by product. */
export interface Holdings {
  subscriptions: Subscription[];
  /** By product, ascending; `shared` for what no product owns. */
  steps: Record<string, PeriodStep[]>;
}

/** Older steps are of periods for which no usage can come any more. */
const STORED_STEPS = 24;

/** What an instant of the database is taken for: all replicas share its clock. Tests let it be another time. */
export const clock = { read: (now: Date): number => now.getTime() };

/** The same clock, for what is only looked at. */
export async function readClock(tx: Tx): Promise<number> {
  const row = await tx.one<{ now: Date }>('select clock_timestamp() as now');
  return clock.read((row as { now: Date }).now);
}

/**
 * Every change of what an organisation has, and every announcement of its entitlements, takes this lock first: versions
 * rise one by one. Answers the database's clock, which all replicas share.
 */
export async function lockBilling(tx: Tx, orgId: string): Promise<number> {
  const row = await tx.one<{ now: Date }>(
    `with locked as materialized (select pg_advisory_xact_lock(hashtextextended('billing ' || $1, 0)))
     select clock_timestamp() as now from locked`,
    [orgId],
  );
  return clock.read((row as { now: Date }).now);
}

/** For a change the rows are locked as well: plans are moved without the organisations' locks. */
export async function findHoldings(tx: Tx, orgId: string, lock: '' | 'for update' = ''): Promise<Holdings> {
  const rows = await tx.query<SubscriptionRow>(
    `select s.*, ${OWED_SINCE} as owed_since from subscriptions s where s.org_id = $1 order by s.product
       ${lock && 'for update of s'}`,
    [orgId],
  );
  const items = await tx.query<ItemRow>('select * from subscription_items where org_id = $1 order by product, addon', [
    orgId,
  ]);
  return {
    subscriptions: rows.map((row) => toSubscription(row, items)),
    steps: await findSteps(tx, orgId),
  };
}

async function findSteps(tx: Tx, orgId: string): Promise<Record<string, PeriodStep[]>> {
  const rows = await tx.query<{ product: string; from_at: Date; anchor: Date; months: 1 | 12 }>(
    `select product, from_at, anchor, months from (
       select *, row_number() over (partition by product order by from_at desc) as newest
         from period_steps where org_id = $1) as steps
      where newest <= ${STORED_STEPS} order by product, from_at`,
    [orgId],
  );
  const steps: Record<string, PeriodStep[]> = {};
  for (const { product, from_at: from, anchor, months } of rows) {
    const step = { from: from.toISOString(), anchor: anchor.toISOString(), months };
    steps[product] = [...(steps[product] ?? []), step];
  }
  return steps;
}

const ms = (date: Date | null): number | null => date?.getTime() ?? null;

function toSubscription(row: SubscriptionRow, items: readonly ItemRow[]): Subscription {
  const { next_plan, next_plan_version, next_at } = row;
  return {
    product: row.product,
    plan: row.plan,
    planVersion: row.plan_version,
    status: row.status,
    interval: row.billing_interval,
    currency: row.currency,
    provider: row.provider,
    ref: row.provider_ref,
    seq: row.provider_seq,
    since: row.started_at.getTime(),
    period:
      row.period_start && row.period_end ? { start: row.period_start.getTime(), end: row.period_end.getTime() } : null,
    trialEnd: ms(row.trial_end),
    cancelAt: ms(row.cancel_at),
    pausedAt: ms(row.paused_at),
    pausedBy: row.paused_by,
    pauseEndsAt: ms(row.pause_ends_at),
    graceUntil: ms(row.grace_until),
    unpaidAt: ms(row.unpaid_at),
    owedSince: ms(row.owed_since),
    billingHeld: row.billing_held,
    next:
      next_plan && next_plan_version && next_at
        ? {
            plan: next_plan,
            planVersion: next_plan_version,
            interval: row.next_interval ?? row.billing_interval,
            at: next_at.getTime(),
            by: row.next_by ?? '',
            reason: row.next_reason ?? '',
            addons: row.next_addons,
          }
        : null,
    orderedBy: row.ordered_by,
    items: items.filter(({ product }) => product === row.product).map(toItem),
  };
}

const toItem = ({ addon, version, quantity, since, until }: ItemRow): Item => ({
  addon,
  version,
  quantity,
  since: since.getTime(),
  until: ms(until),
});

const date = (at: number | null | undefined): Date | null => (typeof at === 'number' ? new Date(at) : null);

/** The whole state, with its add-ons, and what it brings from `at` on. Needs the lock. */
export async function saveSubscription(tx: Tx, orgId: string, one: Subscription, at: number): Promise<void> {
  await tx.query(
    `insert into subscriptions (org_id, product, plan, plan_version, status, billing_interval, currency, provider,
            provider_ref, provider_seq, started_at, period_start, period_end, trial_end, cancel_at, paused_at, grace_until,
            next_plan, next_plan_version, next_interval, next_at, next_by, next_reason, paused_by,
            pause_ends_at, unpaid_at, billing_held, ordered_by, next_addons)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
             $25, $26, $27, $28, $29::jsonb)
     on conflict (org_id, product) do update set
       plan = excluded.plan, plan_version = excluded.plan_version, status = excluded.status,
       billing_interval = excluded.billing_interval, currency = excluded.currency, provider = excluded.provider,
       provider_ref = excluded.provider_ref, provider_seq = excluded.provider_seq, started_at = excluded.started_at,
       period_start = excluded.period_start, period_end = excluded.period_end, trial_end = excluded.trial_end,
       cancel_at = excluded.cancel_at, paused_at = excluded.paused_at, grace_until = excluded.grace_until,
       next_plan = excluded.next_plan, next_plan_version = excluded.next_plan_version,
       next_interval = excluded.next_interval, next_at = excluded.next_at, next_by = excluded.next_by,
       next_reason = excluded.next_reason, paused_by = excluded.paused_by, pause_ends_at = excluded.pause_ends_at,
       unpaid_at = excluded.unpaid_at, billing_held = excluded.billing_held,
       ordered_by = excluded.ordered_by, next_addons = excluded.next_addons`,
    [
      orgId,
      one.product,
      one.plan,
      one.planVersion,
      one.status,
      one.interval,
      one.currency,
      one.provider,
      one.ref,
      one.seq,
      date(one.since),
      date(one.period?.start),
      date(one.period?.end),
      date(one.trialEnd),
      date(one.cancelAt),
      date(one.pausedAt),
      date(one.graceUntil),
      one.next?.plan ?? null,
      one.next?.planVersion ?? null,
      one.next?.interval ?? null,
      date(one.next?.at),
      one.next?.by ?? null,
      one.next?.reason ?? null,
      one.pausedBy,
      date(one.pauseEndsAt),
      date(one.unpaidAt),
      one.billingHeld,
      one.orderedBy,
      one.next?.addons ? JSON.stringify(one.next.addons) : null,
    ],
  );
  await saveItems(tx, orgId, one);
  await noteRevenue(tx, { orgId, product: one.product }, at);
}

async function saveItems(tx: Tx, orgId: string, one: Subscription): Promise<void> {
  await tx.query('delete from subscription_items where org_id = $1 and product = $2', [orgId, one.product]);
  if (one.items.length === 0) return;
  await tx.query(
    `insert into subscription_items (org_id, product, addon, version, quantity, since, until)
     select $1, $2, * from unnest($3::text[], $4::int[], $5::int[], $6::timestamptz[], $7::timestamptz[])`,
    [
      orgId,
      one.product,
      one.items.map((item) => item.addon),
      one.items.map((item) => item.version),
      one.items.map((item) => item.quantity),
      one.items.map((item) => date(item.since)),
      one.items.map((item) => date(item.until)),
    ],
  );
}

/** A step that begins where another does replaces it. */
export async function saveStep(tx: Tx, orgId: string, product: string, step: PeriodStep): Promise<void> {
  await tx.query(
    `insert into period_steps (org_id, product, from_at, anchor, months) values ($1, $2, $3, $4, $5)
     on conflict (org_id, product, from_at) do update set anchor = excluded.anchor, months = excluded.months`,
    [orgId, product, step.from, step.anchor, step.months],
  );
}

/** What is not over for good, as `isEnded` says it. */
export const GOES_ON = "status not in ('canceled', 'incomplete_expired')";

/** Running subscriptions by `product.plan`. Needs a transaction that sees all of them. */
export async function countSubscriptions(tx: Tx): Promise<Map<string, number>> {
  const rows = await tx.query<{ plan: string; count: number }>(
    `select product || '.' || plan as plan, count(*)::int as count from subscriptions where ${GOES_ON}
      group by product, plan`,
  );
  return new Map(rows.map((row) => [row.plan, row.count]));
}
