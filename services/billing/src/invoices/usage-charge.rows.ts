import type { QuotaWindow } from '@tidegate/contracts/billing/features';
import type { UsagePrice } from '@tidegate/contracts/billing/prices';
import type { Tx } from '@tidegate/database/tx';

export interface UsageChargeRow {
  product: string;
  feature: string;
  from_at: Date;
  until_at: Date;
  window_start: Date;
  per: QuotaWindow;
  name: string;
  price: UsagePrice;
  /** null: unlimited. */
  included: string | null;
  currency: string;
  charged_quantity: string;
  charged_minor: string;
  charges: number;
  due_at: Date;
  /** The database's clock, which all replicas share. */
  now: Date;
}

export type NewUsageCharge = Omit<
  UsageChargeRow,
  | 'from_at'
  | 'until_at'
  | 'window_start'
  | 'included'
  | 'charged_quantity'
  | 'charged_minor'
  | 'charges'
  | 'due_at'
  | 'now'
> & { from: number; until: number; windowStart: number; included: number | null; dueAt: number };

/** A window that is over waits until late events are in. */
export async function addUsageCharges(tx: Tx, orgId: string, rows: readonly NewUsageCharge[]): Promise<void> {
  for (const row of rows) {
    await tx.query(
      `insert into usage_charges (org_id, product, feature, from_at, until_at, window_start, per, name, price, included,
                                  currency, due_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12) on conflict do nothing`,
      [
        orgId,
        row.product,
        row.feature,
        new Date(row.from),
        new Date(row.until),
        new Date(row.windowStart),
        row.per,
        row.name,
        JSON.stringify(row.price),
        row.included,
        row.currency,
        new Date(row.dueAt),
      ],
    );
  }
}

/** Windows to which events may still come and that have been over for so long that they are charged, the oldest first. */
export const findOpenCharges = (tx: Tx, orgId: string, graceMs: number): Promise<UsageChargeRow[]> =>
  tx.query<UsageChargeRow>(
    `select *, clock_timestamp() as now from usage_charges
      where org_id = $1 and due_at is not null and until_at <= clock_timestamp() - $2::float8 * interval '1 millisecond'
      order by from_at, product, feature`,
    [orgId, graceMs],
  );

/** Windows of a meter that are over and overlap a time, charged for the last time or not; the oldest first. */
export const findChargesOf = (
  tx: Tx,
  orgId: string,
  { meter, from, to }: { meter: string; from: string; to: string },
  graceMs: number,
): Promise<UsageChargeRow[]> =>
  tx.query<UsageChargeRow>(
    `select *, clock_timestamp() as now from usage_charges
      where org_id = $1 and feature = $2 and from_at < $4 and until_at > $3
        and until_at <= clock_timestamp() - $5::float8 * interval '1 millisecond'
      order by from_at, product`,
    [orgId, meter, from, to, graceMs],
  );

/** Windows that were charged for the last time are charged once more: with the next one, or by then. */
export const reopenCharges = (
  tx: Tx,
  orgId: string,
  { meter, from, to }: { meter: string; from: string; to: string },
  withinDays: number,
): Promise<unknown> =>
  tx.query(
    `update usage_charges set due_at = clock_timestamp() + $5::int * interval '1 day'
      where org_id = $1 and feature = $2 and from_at < $4 and until_at > $3 and due_at is null`,
    [orgId, meter, from, to, withinDays],
  );

/** What a window has been charged altogether. Without `dueAt` it is charged for the last time. */
export const saveCharged = (
  tx: Tx,
  orgId: string,
  { product, feature, from_at }: Pick<UsageChargeRow, 'product' | 'feature' | 'from_at'>,
  charged: { quantity: bigint; amountMinor: bigint; charges: number; dueAt: Date | null },
): Promise<unknown> =>
  tx.query(
    `update usage_charges set charged_quantity = $5, charged_minor = $6, charges = $7, due_at = $8
      where org_id = $1 and product = $2 and feature = $3 and from_at = $4`,
    [orgId, product, feature, from_at, charged.quantity, charged.amountMinor, charged.charges, charged.dueAt],
  );

/** Organisations with a window to charge, but for those that wait apart, and when the next is, in milliseconds from now. Needs to see all. */
export async function findChargesDue(
  tx: Tx,
  limit: number,
  apart: readonly string[],
): Promise<{ due: string[]; nextInMs: number | undefined }> {
  const due = await tx.query<{ org_id: string }>(
    `select org_id from usage_charges where due_at <= clock_timestamp() and org_id <> all ($2::uuid[])
      group by org_id order by min(due_at) limit $1`,
    [limit, apart],
  );
  const next = await tx.one<{ ms: number | null }>(
    `select ceil(extract(epoch from min(due_at) - clock_timestamp()) * 1000)::float8 as ms from usage_charges
      where due_at > clock_timestamp()`,
  );
  return { due: due.map((row) => row.org_id), nextInMs: next?.ms ?? undefined };
}
