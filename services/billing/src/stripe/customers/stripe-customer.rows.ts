import { isHere } from '@tidegate/database/move/moving-organisations';
import type { Tx } from '@tidegate/database/tx';
import { lockBilling } from '../../kernel/subscription.rows.ts';

export interface StripeCustomerRow {
  org_id: string;
  customer_id: string;
  sync_seq: string;
  synced_at: Date | null;
  stale_since: Date | null;
}

const COLUMNS = 'org_id, customer_id, sync_seq, synced_at, stale_since';

export const findCustomer = (tx: Tx, orgId: string, livemode: boolean): Promise<StripeCustomerRow | undefined> =>
  tx.one<StripeCustomerRow>(`select ${COLUMNS} from stripe_customers where org_id = $1 and livemode = $2`, [
    orgId,
    livemode,
  ]);

/** Whose customer it is, and whether they are here and not on a move. Needs a transaction that sees all of them. */
export const customerById = (
  tx: Tx,
  customerId: string,
): Promise<(StripeCustomerRow & { here: boolean }) | undefined> =>
  tx.one<StripeCustomerRow & { here: boolean }>(
    `select ${COLUMNS}, ${isHere('stripe_customers.org_id')} as here from stripe_customers where customer_id = $1`,
    [customerId],
  );

/**
 * In place of one that was deleted at Stripe. Under the organisation's lock, because a row has two keys: of two who insert
 * the same one at once, `on conflict` saves the second from one key only, and the other may refuse it.
 */
export async function saveCustomer(tx: Tx, orgId: string, livemode: boolean, customerId: string): Promise<void> {
  await lockBilling(tx, orgId);
  await tx.query(
    `insert into stripe_customers (org_id, livemode, customer_id) values ($1, $2, $3)
     on conflict (org_id, livemode) do update set customer_id = excluded.customer_id`,
    [orgId, livemode, customerId],
  );
}

/** The turn of a fetch: taken before it, so that of two fetches the one that began later wins. */
export async function nextSeq(tx: Tx): Promise<{ seq: string; at: Date }> {
  const row = await tx.one<{ seq: string; at: Date }>(
    "select nextval('stripe_sync_seq') as seq, clock_timestamp() as at",
  );
  return row as { seq: string; at: Date };
}

/** How they pay, as it was found last; null: never. */
export async function storedPayment(tx: Tx, customerId: string): Promise<unknown> {
  const row = await tx.one<{ payment: unknown }>(
    'select payment from stripe_customers where org_id = $1 and customer_id = $2',
    [tx.orgId, customerId],
  );
  return row?.payment ?? null;
}

/** False when what a later fetch found is stored already. Locks the customer until the commit. */
export async function advanceTo(
  tx: Tx,
  customerId: string,
  fetched: { seq: string; payment: unknown },
): Promise<boolean> {
  const row = await tx.one(
    `update stripe_customers set sync_seq = $3, synced_at = now(), stale_since = null, payment = $4::jsonb
      where org_id = $1 and customer_id = $2 and sync_seq < $3 returning org_id`,
    [tx.orgId, customerId, fetched.seq, JSON.stringify(fetched.payment)],
  );
  return row !== undefined;
}

export async function markStale(tx: Tx, customerId: string): Promise<void> {
  await tx.query('update stripe_customers set stale_since = coalesce(stale_since, now()) where customer_id = $1', [
    customerId,
  ]);
}

/**
 * Those that were not compared for a day, the longest ago first. Nobody else takes them for an hour: whoever fails at one, or
 * dies over it, leaves it to the next.
 */
export const takeForComparison = (tx: Tx, livemode: boolean, limit: number): Promise<{ customer_id: string }[]> =>
  tx.query<{ customer_id: string }>(
    `update stripe_customers set compared_at = now() - interval '23 hours' where (org_id, livemode) in (
       select org_id, livemode from stripe_customers where livemode = $1 and compared_at < now() - interval '1 day'
          and ${isHere('stripe_customers.org_id')}
        order by compared_at limit $2 for update skip locked) returning customer_id`,
    [livemode, limit],
  );

export async function customerCompared(tx: Tx, customerId: string): Promise<void> {
  await tx.query('update stripe_customers set compared_at = now() where org_id = $1 and customer_id = $2', [
    tx.orgId,
    customerId,
  ]);
}

export async function anyCustomer(tx: Tx, livemode: boolean): Promise<boolean> {
  return (await tx.one('select 1 from stripe_customers where livemode = $1 limit 1', [livemode])) !== undefined;
}

/** It was deleted at Stripe: the next payment makes another one. */
export async function dropCustomer(tx: Tx, customerId: string): Promise<void> {
  await tx.query('delete from stripe_customers where org_id = $1 and customer_id = $2', [tx.orgId, customerId]);
}

/** How many customers of the organisation were deleted at Stripe: the next one has a key of its own. */
export async function deletedCustomers(tx: Tx): Promise<number> {
  const row = await tx.one<{ count: number }>(
    "select count(*)::int as count from stripe_facts where org_id = $1 and kind = 'customer_deleted'",
    [tx.orgId],
  );
  return row?.count ?? 0;
}

/** Of an organisation that is being deleted, before its rows are. One that moved is still somebody's customer. */
export async function sayFarewell(tx: Tx, orgId: string): Promise<void> {
  await tx.query(
    `insert into stripe_farewells (customer_id, livemode) select customer_id, livemode from stripe_customers
      where org_id = $1 and not exists (select from moving_organisations where org_id = $1 and state = 'frozen')
     on conflict do nothing`,
    [orgId],
  );
}

export const findFarewells = (tx: Tx, livemode: boolean, limit: number): Promise<{ customer_id: string }[]> =>
  tx.query<{ customer_id: string }>(
    'select customer_id from stripe_farewells where livemode = $1 order by due_at limit $2',
    [livemode, limit],
  );

export async function dropFarewell(tx: Tx, customerId: string): Promise<void> {
  await tx.query('delete from stripe_farewells where customer_id = $1', [customerId]);
}
