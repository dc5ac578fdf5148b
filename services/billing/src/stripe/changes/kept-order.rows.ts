import type { Tx } from '@tidegate/database/tx';
import type { Quantified } from './item-changes.rules.ts';

export interface KeptOrder {
  org_id: string;
  subscription_id: string;
  product: string;
  standing: Quantified[];
  ordered: Quantified[];
}

const COLUMNS = 'org_id, subscription_id, product, standing, ordered';

/** `seconds`: until somebody looks how the change has ended that it was kept for. */
export const keepOrder = (tx: Tx, one: KeptOrder, seconds: number): Promise<unknown> =>
  tx.query(
    `insert into stripe_kept_orders (org_id, subscription_id, product, standing, ordered, due_at)
     values ($1, $2, $3, $4::jsonb, $5::jsonb, now() + $6 * interval '1 second')
     on conflict (org_id, subscription_id) do update
       set product = excluded.product, standing = excluded.standing, ordered = excluded.ordered, due_at = excluded.due_at`,
    [one.org_id, one.subscription_id, one.product, JSON.stringify(one.standing), JSON.stringify(one.ordered), seconds],
  );

export const findKeptOrder = (tx: Tx, orgId: string, subscriptionId: string): Promise<KeptOrder | undefined> =>
  tx.one<KeptOrder>(`select ${COLUMNS} from stripe_kept_orders where org_id = $1 and subscription_id = $2`, [
    orgId,
    subscriptionId,
  ]);

export const dropKeptOrder = (tx: Tx, orgId: string, subscriptionId: string): Promise<unknown> =>
  tx.query('delete from stripe_kept_orders where org_id = $1 and subscription_id = $2', [orgId, subscriptionId]);

/** Those to look at now; nobody else does for the given time. Needs a transaction that sees all organisations. */
export const takeKeptOrders = (tx: Tx, limit: number, seconds: number): Promise<KeptOrder[]> =>
  tx.query<KeptOrder>(
    `update stripe_kept_orders k set due_at = now() + $2 * interval '1 second'
       from (select org_id, subscription_id from stripe_kept_orders where due_at <= now()
              order by due_at limit $1 for update skip locked) as due
      where (k.org_id, k.subscription_id) = (due.org_id, due.subscription_id)
     returning k.org_id, k.subscription_id, k.product, k.standing, k.ordered`,
    [limit, seconds],
  );
