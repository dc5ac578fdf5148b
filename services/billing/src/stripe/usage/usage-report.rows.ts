import { isHere } from '@tidegate/database/move/moving-organisations';
import type { Tx } from '@tidegate/database/tx';

/** Whose usage is due, and the number under which it was taken. */
export interface UsageDue {
  org_id: string;
  holder: string;
  compared_at: Date;
}

/** So long nobody else takes it: longer than a process that still lives needs, or it asks again. */
const HELD_S = 120;
/** An organisation that moves is reported where it arrives. */
const HERE = isHere('stripe_usage_due.org_id');

export const takeUsageDue = (tx: Tx, at: number, limit: number): Promise<UsageDue[]> =>
  tx.query<UsageDue>(
    `update stripe_usage_due set due_at = $1::timestamptz + ${HELD_S} * interval '1 second', holder = holder + 1
      where org_id in (select org_id from stripe_usage_due where due_at <= $1 and ${HERE} order by due_at limit $2 for update skip locked)
      returning org_id, holder, compared_at`,
    [new Date(at), limit],
  );

/** Whether it is still held under that number, and from now on for as long again. */
export async function holdUsage(tx: Tx, { org_id, holder }: UsageDue, at: number): Promise<boolean> {
  const row = await tx.one(
    `update stripe_usage_due set due_at = $3::timestamptz + ${HELD_S} * interval '1 second'
      where org_id = $1 and holder = $2 returning org_id`,
    [org_id, holder, new Date(at)],
  );
  return row !== undefined;
}

/** Null: nothing is charged by use any more. */
export async function releaseUsage(
  tx: Tx,
  { org_id, holder }: UsageDue,
  next: { dueAt: number | null; comparedAt: number | null },
): Promise<void> {
  await tx.query(
    `update stripe_usage_due set due_at = coalesce($3, 'infinity'::timestamptz), compared_at = coalesce($4, compared_at)
      where org_id = $1 and holder = $2`,
    [
      org_id,
      holder,
      next.dueAt === null ? null : new Date(next.dueAt),
      next.comparedAt === null ? null : new Date(next.comparedAt),
    ],
  );
}

export const markWaiting = (tx: Tx, waits: boolean): Promise<unknown> =>
  tx.query('update stripe_usage_due set items_wait = $2 where org_id = $1', [tx.orgId, waits]);

/** Whether a charge may stand on no invoice yet. */
export const doItemsWait = async (tx: Tx): Promise<boolean> =>
  (await tx.one('select 1 from stripe_usage_due where org_id = $1 and items_wait', [tx.orgId])) !== undefined;

export async function nextUsageDue(tx: Tx, at: number): Promise<number | undefined> {
  const row = await tx.one<{ ms: number | null }>(
    `select (extract(epoch from min(due_at) - $1) * 1000)::float8 as ms from stripe_usage_due
      where due_at < 'infinity' and ${HERE}`,
    [new Date(at)],
  );
  return row?.ms ?? undefined;
}

/** How many should have been reported half an hour ago: their last hour may miss its invoice. */
export async function countUsageLate(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `select count(*)::int as count from stripe_usage_due where due_at < now() - interval '30 minutes' and ${HERE}`,
  );
  return row?.count ?? 0;
}

export interface UsagePeriodRow {
  meter: string;
  period_start: Date;
  period_end: Date;
  customer_id: string;
  subscription_id: string;
  lookup_key: string;
  included: string | null;
  /** null: not known yet. */
  unlimited: boolean | null;
  invoiced: string | null;
  charged_later: string;
  charges: number;
  pending: Pending | null;
}

/** A charge on a later invoice, as it is sent. */
export interface Pending {
  /** In units, as text. */
  quantity: string;
  amountMinor: number;
  currency: string;
  description: string;
}

const COLUMNS = `meter, period_start, period_end, customer_id, subscription_id, lookup_key, included, unlimited, invoiced,
                 charged_later, charges, pending`;

/** Periods to which events may still come, the oldest first. */
export const findUsagePeriods = (tx: Tx, since: number): Promise<UsagePeriodRow[]> =>
  tx.query<UsagePeriodRow>(
    `select ${COLUMNS} from stripe_usage_periods where org_id = $1 and period_end > $2 order by period_start, meter`,
    [tx.orgId, new Date(since)],
  );

type Of = Pick<UsagePeriodRow, 'meter' | 'period_start'>;

export async function saveIncluded(tx: Tx, { meter, period_start }: Of, included: number | null): Promise<void> {
  await tx.query(
    `update stripe_usage_periods set included = $4, unlimited = $4::bigint is null
      where org_id = $1 and meter = $2 and period_start = $3`,
    [tx.orgId, meter, period_start, included],
  );
}

/** Hours whose total is another than before get a new revision. */
export async function saveUsageHours(
  tx: Tx,
  { meter, period_start }: Of,
  hours: readonly { stamp: number; quantity: string }[],
): Promise<void> {
  await tx.query(
    `insert into stripe_usage_hours (org_id, meter, stamp, period_start, quantity)
     select $1, $2, to_timestamp((t->>'stamp')::float8 / 1000), $3, (t->>'quantity')::numeric
       from jsonb_array_elements($4::jsonb) as t
      where (t->>'quantity')::numeric <> 0
         or exists (select from stripe_usage_hours h where h.org_id = $1 and h.meter = $2
                       and h.stamp = to_timestamp((t->>'stamp')::float8 / 1000))
     on conflict (org_id, meter, stamp) do update
       set quantity = excluded.quantity, period_start = excluded.period_start, revision = stripe_usage_hours.revision + 1
     where stripe_usage_hours.quantity <> excluded.quantity`,
    [tx.orgId, meter, period_start, JSON.stringify(hours)],
  );
}

export interface UsageHourRow {
  meter: string;
  stamp: Date;
  customer_id: string;
  quantity: string;
  revision: number;
}

/** What Stripe does not know yet of periods that are not charged yet. */
export const findUnsentHours = (tx: Tx, limit: number): Promise<UsageHourRow[]> =>
  tx.query<UsageHourRow>(
    `select h.meter, h.stamp, p.customer_id, h.quantity, h.revision
       from stripe_usage_hours h join stripe_usage_periods p using (org_id, meter, period_start)
      where h.org_id = $1 and h.revision > h.sent_revision and p.invoiced is null order by h.stamp, h.meter limit $2`,
    [tx.orgId, limit],
  );

export async function usageSent(tx: Tx, hours: readonly UsageHourRow[], at: number): Promise<void> {
  await tx.query(
    `update stripe_usage_hours h set sent_revision = greatest(h.sent_revision, t.revision), sent_at = $5
       from unnest($2::text[], $3::timestamptz[], $4::int[]) as t(meter, stamp, revision)
      where h.org_id = $1 and h.meter = t.meter and h.stamp = t.stamp`,
    [
      tx.orgId,
      hours.map(({ meter }) => meter),
      hours.map(({ stamp }) => stamp),
      hours.map(({ revision }) => revision),
      new Date(at),
    ],
  );
}

export interface SentHour {
  stamp: Date;
  quantity: string;
  /** False: Stripe may not have counted it yet. */
  settled: boolean;
}

/** What a period was reported as. */
export const findSentHours = (tx: Tx, { meter, period_start }: Of, before: number): Promise<SentHour[]> =>
  tx.query<SentHour>(
    `select stamp, quantity, revision = sent_revision and sent_at < $4 as settled from stripe_usage_hours
      where org_id = $1 and meter = $2 and period_start = $3`,
    [tx.orgId, meter, period_start, new Date(before)],
  );

/** Reports these hours once more, also those of which nothing was known here. */
export async function resendHours(tx: Tx, { meter, period_start }: Of, stamps: readonly number[]): Promise<void> {
  await tx.query(
    `insert into stripe_usage_hours (org_id, meter, stamp, period_start, quantity)
     select $1, $2, to_timestamp(stamp::float8 / 1000), $3, 0 from unnest($4::float8[]) as t(stamp)
     on conflict (org_id, meter, stamp) do update set revision = stripe_usage_hours.revision + 1`,
    [tx.orgId, meter, period_start, stamps],
  );
}

/** What shall be charged later: stored before it is sent. False when another has charged since the period was read. */
export async function beginLateCharge(
  tx: Tx,
  { meter, period_start, charges }: Of & { charges: number },
  pending: Pending,
): Promise<boolean> {
  const row = await tx.one(
    `update stripe_usage_periods set pending = $4::jsonb
      where org_id = $1 and meter = $2 and period_start = $3 and pending is null and charges = $5 returning 1`,
    [tx.orgId, meter, period_start, JSON.stringify(pending), charges],
  );
  return row !== undefined;
}

/** It is at Stripe; or its quantity costs nothing. */
export async function lateCharged(
  tx: Tx,
  { meter, period_start, charges }: Of & { charges: number },
  quantity: string,
): Promise<void> {
  await tx.query(
    `update stripe_usage_periods set charged_later = charged_later + $5::numeric, charges = charges + 1, pending = null
      where org_id = $1 and meter = $2 and period_start = $3 and charges = $4`,
    [tx.orgId, meter, period_start, charges, quantity],
  );
}

/** Nothing can come to them any more. Answers how many were deleted. */
export async function expireUsage(tx: Tx, days: number, limit: number): Promise<number> {
  const rows = await tx.query(
    `with gone as (
       delete from stripe_usage_periods where (org_id, meter, period_start) in (
         select org_id, meter, period_start from stripe_usage_periods
          where period_end < now() - $1 * interval '1 day' limit $2) returning org_id, meter, period_start)
     delete from stripe_usage_hours h using gone g
      where h.org_id = g.org_id and h.meter = g.meter and h.period_start = g.period_start returning 1`,
    [days, limit],
  );
  return rows.length;
}
