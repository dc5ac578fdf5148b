import type { PlanOrder } from '@tidegate/contracts/billing/subscriptions';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import type { Interval } from '../kernel/subscription.rules.ts';
import type { PlanNames } from '../plans/catalogue.rows.ts';

export interface OrderRow {
  org_id: string;
  product: string;
  plan: string;
  billing_interval: Interval;
  ordered_by: string;
  ordered_at: Date;
}

/** `name`: of the organisation. */
type NamedOrder = OrderRow & { name: string | null };
/** `ordered`: for cursors. */
type ListedOrder = NamedOrder & { ordered: string };

export const findOrders = (tx: Tx, orgId: string): Promise<NamedOrder[]> =>
  tx.query<NamedOrder>(
    `select o.*, p.name from subscription_orders o left join organisation_profiles p using (org_id)
      where o.org_id = $1 order by o.product`,
    [orgId],
  );

/** Of all organisations, oldest first. Needs a transaction that sees all of them. */
export const listOrderRows = (
  tx: Tx,
  limit: number,
  after: [string, string, string] | undefined,
): Promise<ListedOrder[]> =>
  tx.query<ListedOrder>(
    `select o.*, p.name, ${cursorTime('ordered_at')} as ordered
       from subscription_orders o left join organisation_profiles p using (org_id)
      where $2::timestamptz is null or (ordered_at, org_id, product) > ($2, $3::uuid, $4)
      order by ordered_at, org_id, product limit $1`,
    [limit, after?.[0] ?? null, after?.[1] ?? null, after?.[2] ?? null],
  );

/** An order of the same product is replaced. False when it is the same. */
export async function saveOrder(tx: Tx, order: Omit<OrderRow, 'ordered_at'>): Promise<boolean> {
  const saved = await tx.one(
    `insert into subscription_orders as o (org_id, product, plan, billing_interval, ordered_by) values ($1, $2, $3, $4, $5)
     on conflict (org_id, product) do update set plan = excluded.plan, billing_interval = excluded.billing_interval,
       ordered_by = excluded.ordered_by, ordered_at = now()
      where (o.plan, o.billing_interval) is distinct from (excluded.plan, excluded.billing_interval)
     returning org_id`,
    [order.org_id, order.product, order.plan, order.billing_interval, order.ordered_by],
  );
  return saved !== undefined;
}

export const removeOrder = (tx: Tx, orgId: string, product: string): Promise<OrderRow | undefined> =>
  tx.one<OrderRow>('delete from subscription_orders where org_id = $1 and product = $2 returning *', [orgId, product]);

export const orderToWire = (row: NamedOrder, names: PlanNames): PlanOrder => ({
  organisationId: row.org_id,
  organisationName: row.name ?? '',
  product: row.product,
  plan: row.plan,
  ...names,
  interval: row.billing_interval,
  orderedBy: row.ordered_by,
  orderedAt: row.ordered_at.toISOString(),
});
