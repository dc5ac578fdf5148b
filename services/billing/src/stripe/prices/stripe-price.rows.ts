import type { Tx } from '@tidegate/database/tx';

/** Lookup keys of prices by their ids, also of those from which the key was moved to another price. */
export async function priceKeys(tx: Tx, livemode: boolean, priceIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ price_id: string; lookup_key: string }>(
    'select price_id, lookup_key from stripe_prices where livemode = $1 and price_id = any ($2::text[])',
    [livemode, priceIds],
  );
  return new Map(rows.map((row) => [row.price_id, row.lookup_key]));
}

export async function savePrices(
  tx: Tx,
  livemode: boolean,
  prices: readonly { id: string; lookupKey: string }[],
): Promise<void> {
  await tx.query(
    `insert into stripe_prices (livemode, price_id, lookup_key)
     select $1, id, key from unnest($2::text[], $3::text[]) as t(id, key)
     on conflict (livemode, price_id) do nothing`,
    [livemode, prices.map(({ id }) => id), prices.map(({ lookupKey }) => lookupKey)],
  );
}
