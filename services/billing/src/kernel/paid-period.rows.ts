import type { Period } from '@tidegate/contracts/billing/period';
import type { Tx } from '@tidegate/database/tx';

/** What is stored of it is JSON whose shape the money rules own. */
export interface PaidPeriodRow<Item = unknown, Usage = unknown> {
  product: string;
  seq: number;
  currency: string;
  items: Item[];
  period: Period;
  usage: Usage[];
  /** null while nothing is charged. */
  nextAt: number | null;
}

/** What manual subscriptions have paid for. Needs the organisation's lock for a change. */
export async function findPaidPeriods<Item, Usage>(tx: Tx, orgId: string): Promise<PaidPeriodRow<Item, Usage>[]> {
  const rows = await tx.query<{
    product: string;
    seq: number;
    currency: string;
    items: Item[];
    period_start: Date;
    period_end: Date;
    usage: Usage[];
    next_at: Date | null;
  }>('select * from paid_periods where org_id = $1', [orgId]);
  return rows.map(({ product, seq, currency, items, usage, ...row }) => ({
    product,
    seq,
    currency,
    items,
    usage,
    period: { start: row.period_start.getTime(), end: row.period_end.getTime() },
    nextAt: row.next_at?.getTime() ?? null,
  }));
}

export const savePaidPeriod = (tx: Tx, orgId: string, row: PaidPeriodRow): Promise<unknown> =>
  tx.query(
    `insert into paid_periods (org_id, product, seq, currency, items, period_start, period_end, usage, next_at)
     values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8::jsonb, $9)
     on conflict (org_id, product) do update
       set seq = excluded.seq, currency = excluded.currency, items = excluded.items, period_start = excluded.period_start,
           period_end = excluded.period_end, usage = excluded.usage, next_at = excluded.next_at`,
    [
      orgId,
      row.product,
      row.seq,
      row.currency,
      JSON.stringify(row.items),
      new Date(row.period.start),
      new Date(row.period.end),
      JSON.stringify(row.usage),
      row.nextAt === null ? null : new Date(row.nextAt),
    ],
  );
