import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';
import type { Subscription } from '@tidegate/contracts/billing/subscriptions';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { paidPeriod } from './interval.rules.ts';

export interface SubscriptionRow {
  org_id: string;
  product: string;
  plan: string;
  plan_version: number;
  status: SubscriptionStatus;
  billing_interval: 'month' | 'year';
  /** Quota periods are months counted from here. */
  period_anchor: Date;
  /** Paid intervals are counted from here. */
  interval_since: Date;
  started_at: Date;
  /** What a scheduled move gives it, and when. */
  next_plan: string | null;
  next_plan_version: number | null;
  next_at: Date | null;
}

const COLUMNS = `org_id, product, plan, plan_version, status, billing_interval, period_anchor, interval_since, started_at,
  next_plan, next_plan_version, next_at`;

export const findSubscription = (tx: Tx, orgId: string): Promise<SubscriptionRow | undefined> =>
  tx.one<SubscriptionRow>(`select ${COLUMNS} from subscriptions where org_id = $1`, [orgId]);

/** Every change of a subscription, and every announcement of its entitlements, locks its row: versions rise one by one. */
export const lockSubscription = (tx: Tx, orgId: string): Promise<SubscriptionRow | undefined> =>
  tx.one<SubscriptionRow>(`select ${COLUMNS} from subscriptions where org_id = $1 for update`, [orgId]);

/** Does nothing when there is one already. */
export async function insertSubscription(
  tx: Tx,
  given: { orgId: string; plan: string; planVersion: number; periodAnchor: string },
): Promise<void> {
  const row = await tx.one<SubscriptionRow>(
    `insert into subscriptions (org_id, plan, plan_version, status, billing_interval, period_anchor, interval_since)
     select $1, $2, $3::int, 'active', 'month', anchor, anchor
       from (select date_trunc('milliseconds', $4::timestamptz) as anchor) as t
     on conflict do nothing returning ${COLUMNS}`,
    [given.orgId, given.plan, given.planVersion, given.periodAnchor],
  );
  if (!row) return;
  await recordChange(tx, undefined, row, 'sign-up');
}

/** Only an organisation's newest changes are stored. */
const STORED_CHANGES = 200;

async function recordChange(tx: Tx, before: SubscriptionRow | undefined, after: SubscriptionRow, by: string) {
  await tx.query(
    'insert into subscription_changes (org_id, id, changed_by, before, after) values ($1, $2, $3, $4::jsonb, $5::jsonb)',
    [after.org_id, newId(), by, before ? JSON.stringify(summary(before)) : null, JSON.stringify(summary(after))],
  );
  await tx.query(
    `delete from subscription_changes where org_id = $1 and id in (
       select id from subscription_changes where org_id = $1 order by changed_at desc, id desc offset ${STORED_CHANGES})`,
    [after.org_id],
  );
}

/**
 * A new interval, and another plan that is paid by the year, start now: a year that began earlier would be sold for less
 * than a year. When only the plan of a monthly subscription changes, its month continues, as quotas count it.
 */
export async function updatePlan(
  tx: Tx,
  before: SubscriptionRow,
  after: { plan: string; planVersion: number; interval: 'month' | 'year' },
  by: string,
): Promise<SubscriptionRow> {
  const row = await tx.one<SubscriptionRow>(
    `update subscriptions set plan = $2, plan_version = $3, billing_interval = $4, status = 'active',
            interval_since = case when billing_interval <> $4 or (plan <> $2 and $4 = 'year')
                                  then date_trunc('milliseconds', clock_timestamp()) else interval_since end,
            started_at = case when plan = $2 then started_at else now() end,
            next_plan = null, next_plan_version = null, next_at = null, next_by = null
      where org_id = $1 returning ${COLUMNS}`,
    [before.org_id, after.plan, after.planVersion, after.interval],
  );
  if (!row) throw new Error('The subscription vanished while it was locked.');
  await recordChange(tx, before, row, by);
  return row;
}

/** Running subscriptions by `product.plan`. Needs a transaction that sees all of them. */
export async function countSubscriptions(tx: Tx): Promise<Map<string, number>> {
  const rows = await tx.query<{ plan: string; count: number }>(
    "select product || '.' || plan as plan, count(*)::int as count from subscriptions group by product, plan",
  );
  return new Map(rows.map((row) => [row.plan, row.count]));
}

export const changedBy = (caller: Caller): string => caller.userId ?? caller.keyId ?? caller.service ?? caller.kind;

const summary = (row: SubscriptionRow) => ({
  plan: row.plan,
  planVersion: row.plan_version,
  status: row.status,
  interval: row.billing_interval,
  intervalSince: row.interval_since.toISOString(),
});

export function toWire(row: SubscriptionRow, plan: { name: string }, latestVersion: number, now: number): Subscription {
  const period = paidPeriod({ interval: row.billing_interval, since: row.interval_since }, now);
  return {
    organisationId: row.org_id,
    plan: row.plan,
    planName: plan.name,
    planVersion: row.plan_version,
    latestVersion: Math.max(latestVersion, row.plan_version),
    status: row.status,
    interval: row.billing_interval,
    periodAnchor: row.period_anchor.toISOString(),
    intervalSince: row.interval_since.toISOString(),
    periodStart: new Date(period.start).toISOString(),
    periodEnd: new Date(period.end).toISOString(),
    startedAt: row.started_at.toISOString(),
    scheduledMove:
      row.next_plan && row.next_plan_version && row.next_at
        ? { plan: row.next_plan, planVersion: row.next_plan_version, at: row.next_at.toISOString() }
        : null,
  };
}
