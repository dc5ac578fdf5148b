import type { Tx } from '@tidegate/database/tx';

/** Monthly recurring revenue by currency, in its minor units. Needs to see all organisations. */
export const revenueNow = (tx: Tx): Promise<{ currency: string; mrr: string }[]> =>
  tx.query('select currency, sum(mrr_minor)::text as mrr from organisation_mrr group by currency');

/** How many subscriptions there are of each plan. Needs to see all organisations. */
export const subscriptionsNow = (
  tx: Tx,
): Promise<{ product: string; plan: string; status: string; subscriptions: number }[]> =>
  tx.query(
    'select product, plan, status, count(*)::int as subscriptions from subscriptions group by product, plan, status',
  );
