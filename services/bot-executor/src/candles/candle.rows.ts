import type { Candle } from '@tidegate/contracts/bot-executor/markets';
import type { Tx } from '@tidegate/database/tx';
import type { CandleTicks } from '../engine/paper-exchange.rules.ts';
import { type MarketRules, priceText } from '../markets/markets.rules.ts';

export type Source = 'bundled' | 'imported';

interface Row {
  at: Date;
  open: string;
  high: string;
  low: string;
  close: string;
}

const TABLE = { bundled: 'bundled_candles', imported: 'imported_candles' } as const;

const toTicks = (row: Row): CandleTicks => ({
  at: row.at.getTime(),
  open: BigInt(row.open),
  high: BigInt(row.high),
  low: BigInt(row.low),
  close: BigInt(row.close),
});

export const toWire = (market: MarketRules, candle: CandleTicks): Candle => ({
  at: new Date(candle.at).toISOString(),
  open: priceText(market, candle.open),
  high: priceText(market, candle.high),
  low: priceText(market, candle.low),
  close: priceText(market, candle.close),
});

/** Oldest first: candles after `after`, from `from` on, before `until`. */
export async function readCandles(
  tx: Tx,
  what: { source: Source; market: string; after?: Date | null; from?: Date | null; until?: Date | null; limit: number },
): Promise<CandleTicks[]> {
  const rows = await tx.query<Row>(
    `select at, open, high, low, close from ${TABLE[what.source]}
      where market = $1 and ($2::timestamptz is null or at > $2) and ($3::timestamptz is null or at >= $3)
        and ($4::timestamptz is null or at < $4) order by at limit $5`,
    [what.market, what.after ?? null, what.from ?? null, what.until ?? null, what.limit],
  );
  return rows.map(toTicks);
}

/** The candle at or before an instant; without one, the oldest of all. */
export async function candleAt(
  tx: Tx,
  source: Source,
  market: string,
  at: Date | null,
): Promise<CandleTicks | undefined> {
  const order = at ? 'at <= $2 order by at desc' : '$2::timestamptz is null order by at';
  const row = await tx.one<Row>(
    `select at, open, high, low, close from ${TABLE[source]} where market = $1 and ${order} limit 1`,
    [market, at],
  );
  return row && toTicks(row);
}

export async function saveImported(tx: Tx, market: string, candles: CandleTicks[]): Promise<void> {
  await tx.query(
    `insert into imported_candles (org_id, market, at, open, high, low, close)
     select $1, $2, * from unnest($3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
     on conflict (org_id, market, at) do update
       set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close`,
    [tx.orgId, market, ...columns(candles)],
  );
}

export async function saveBundled(tx: Tx, market: string, candles: CandleTicks[]): Promise<void> {
  await tx.query(
    `insert into bundled_candles (market, at, open, high, low, close)
     select $1, * from unnest($2::timestamptz[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
     on conflict do nothing`,
    [market, ...columns(candles)],
  );
}

const columns = (candles: CandleTicks[]) => [
  candles.map((candle) => new Date(candle.at)),
  candles.map((candle) => candle.open.toString()),
  candles.map((candle) => candle.high.toString()),
  candles.map((candle) => candle.low.toString()),
  candles.map((candle) => candle.close.toString()),
];
