import type { Tx } from '@tidegate/database/tx';

/** Lookup keys of prices by their ids, also of those from which the key was moved to another price. */
export async function priceKeys(tx: Tx, livemode: boolean, priceIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ price_id: string; lookup_key: string }>(
    'select price_id, lookup_key from stripe_prices where livemode = $1 and price_id = any ($2::text[])',
    [livemode, priceIds],
  );
  return new Map(rows.map((row) => [row.price_id, row.lookup_key]));
}

/** From now on these are sold under their keys; those that were before are still known. */
export async function savePrices(
  tx: Tx,
  livemode: boolean,
  prices: readonly { id: string; lookupKey: string }[],
): Promise<void> {
  await tx.query(
    `with before as (
       update stripe_prices set current = false
        where livemode = $1 and current and lookup_key = any ($3::text[]) and price_id <> all ($2::text[]))
     insert into stripe_prices (livemode, price_id, lookup_key)
     select $1, id, key from unnest($2::text[], $3::text[]) as t(id, key)
     on conflict (livemode, price_id) do update set lookup_key = excluded.lookup_key, current = true`,
    [livemode, prices.map(({ id }) => id), prices.map(({ lookupKey }) => lookupKey)],
  );
}

/** The price that is sold under each key now; those that are not known are left out. */
export async function priceIds(tx: Tx, livemode: boolean, keys: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ price_id: string; lookup_key: string }>(
    'select price_id, lookup_key from stripe_prices where livemode = $1 and current and lookup_key = any ($2::text[])',
    [livemode, keys],
  );
  return new Map(rows.map((row) => [row.lookup_key, row.price_id]));
}
