import type { Tx } from '@tidegate/database/tx';
import type { Redemption } from './coupon.rules.ts';

interface RedemptionRow {
  coupon: string;
  product: string | null;
  definition: Redemption['definition'];
  from_at: Date;
  until_at: Date | null;
}

/** All that an organisation has had, the newest first. */
export async function findRedemptions(tx: Tx, orgId: string): Promise<Redemption[]> {
  const rows = await tx.query<RedemptionRow>(
    `select coupon, product, definition, from_at, until_at from coupon_redemptions
      where org_id = $1 order by redeemed_at desc, coupon`,
    [orgId],
  );
  return rows.map(({ coupon, product, definition, from_at: from, until_at: until }) => ({
    ...{ coupon, product, definition, from: from.getTime(), until: until?.getTime() ?? null },
  }));
}

export async function insertRedemption(
  tx: Tx,
  orgId: string,
  one: Redemption & { code: string | null; by: string; reason: string },
): Promise<void> {
  await tx.query(
    `insert into coupon_redemptions (org_id, coupon, code, product, definition, from_at, until_at, redeemed_by, reason)
     values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9)`,
    [
      orgId,
      one.coupon,
      one.code,
      one.product,
      JSON.stringify(one.definition),
      new Date(one.from),
      one.until === null ? null : new Date(one.until),
      one.by,
      one.reason,
    ],
  );
}

/** Nothing is discounted any more by it; false when nothing was. */
export async function endRedemption(tx: Tx, orgId: string, coupon: string, at: Date): Promise<boolean> {
  const row = await tx.one(
    `update coupon_redemptions set until_at = $3
      where org_id = $1 and coupon = $2 and (until_at is null or until_at > $3) returning coupon`,
    [orgId, coupon, at],
  );
  return row !== undefined;
}

/** One more organisation; false when so many have used it already. The others wait until this transaction ends. */
export async function takeUse(tx: Tx, coupon: string, max: number | null): Promise<boolean> {
  const row = await tx.one(
    `insert into coupon_uses as u (coupon, used) values ($1, 1)
     on conflict (coupon) do update set used = u.used + 1
       where $2::int is null or u.used + u.used_at_stripe < $2 returning used`,
    [coupon, max],
  );
  return row !== undefined;
}

export interface Uses {
  byHand: number;
  atStripe: number;
}

export async function findUses(tx: Tx, coupon: string): Promise<Uses> {
  const row = await tx.one<{ used: number; used_at_stripe: number }>(
    'select used, used_at_stripe from coupon_uses where coupon = $1',
    [coupon],
  );
  return { byHand: row?.used ?? 0, atStripe: row?.used_at_stripe ?? 0 };
}

/** What Stripe has counted of each. */
export async function saveUsesAtStripe(tx: Tx, uses: ReadonlyMap<string, number>): Promise<void> {
  await tx.query(
    `insert into coupon_uses as u (coupon, used, used_at_stripe)
     select coupon, 0, used from unnest($1::text[], $2::int[]) as now(coupon, used)
     on conflict (coupon) do update set used_at_stripe = excluded.used_at_stripe
       where u.used_at_stripe <> excluded.used_at_stripe`,
    [[...uses.keys()], [...uses.values()]],
  );
}
