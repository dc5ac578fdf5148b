import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';

export interface DoublePaymentRow {
  org_id: string;
  product: string;
  subscription_id: string;
  found_at: Date;
}

/** What the newest copy shows, in place of what was there; one that is there already keeps its beginning. */
export async function saveDoublePayments(
  tx: Tx,
  orgId: string,
  found: readonly { product: string; subscription: string }[],
): Promise<void> {
  const params = [orgId, found.map(({ product }) => product), found.map(({ subscription }) => subscription)];
  await tx.query(
    `delete from double_payments d where org_id = $1 and not exists (
       select from unnest($2::text[], $3::text[]) as f(product, id) where (f.product, f.id) = (d.product, d.subscription_id))`,
    params,
  );
  await tx.query(
    `insert into double_payments (org_id, product, subscription_id)
     select $1, f.product, f.id from unnest($2::text[], $3::text[]) as f(product, id) on conflict do nothing`,
    params,
  );
}

/** The oldest first, after the given one. Needs to see all organisations. */
export const listDoublePayments = (
  tx: Tx,
  limit: number,
  after: readonly [string, string, string] | undefined,
): Promise<(DoublePaymentRow & { found: string })[]> =>
  tx.query(
    `select *, ${cursorTime('found_at')} as found from double_payments
      where $2::timestamptz is null or (found_at, org_id, subscription_id) > ($2, $3::uuid, $4)
      order by found_at, org_id, subscription_id limit $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null],
  );

export async function countDoublePayments(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>('select count(*)::int as count from double_payments');
  return row?.count ?? 0;
}
