import type { Candle, CandleInterval, CandleSource } from '@tidegate/contracts/bot-executor/candles';
import type { Tx } from '@tidegate/database/tx';
import { div, fraction, whole } from '../engine/exact.rules.ts';
import type { CandleTicks } from '../engine/paper-exchange.rules.ts';
import { type MarketRules, priceText } from '../markets/markets.rules.ts';

export interface Series {
  source: CandleSource;
  market: MarketRules;
  interval: CandleInterval;
}

interface Row {
  at: Date;
  open: string;
  high: string;
  low: string;
  close: string;
}

const TABLE = { bundled: 'bundled_candles', imported: 'imported_candles' } as const;
const PER_UNIT = whole(100_000_000);

/** Hundred-millionths of a tick: prices are stored in them, and every market's tick is a whole number of them. */
function stepOf({ tickSize }: MarketRules): bigint {
  const { n, d } = div(fraction(tickSize), div(whole(1), PER_UNIT));
  if (n % d !== 0n) throw new Error(`A tick of ${tickSize} is finer than candles are stored.`);
  return n / d;
}

function toTicks(rows: Row[], market: MarketRules): CandleTicks[] {
  const step = stepOf(market);
  const ticks = (stored: string) => BigInt(stored) / step;
  return rows.map((row) => ({
    at: row.at.getTime(),
    open: ticks(row.open),
    high: ticks(row.high),
    low: ticks(row.low),
    close: ticks(row.close),
  }));
}

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
  { source, market, interval }: Series,
  range: { after?: Date | null; from?: Date | null | undefined; until?: Date | null | undefined; limit: number },
): Promise<CandleTicks[]> {
  const rows = await tx.query<Row>(
    `select at, open, high, low, close from ${TABLE[source]}
      where market = $1 and interval = $2 and at > coalesce($3, '-infinity'::timestamptz)
        and at >= coalesce($4, '-infinity'::timestamptz) and at < coalesce($5, 'infinity'::timestamptz)
      order by at limit $6`,
    [market.market, interval, range.after ?? null, range.from ?? null, range.until ?? null, range.limit],
  );
  return toTicks(rows, market);
}

const oneCandle = async (tx: Tx, { source, market, interval }: Series, rest: string, at?: Date) => {
  const rows = await tx.query<Row>(
    `select at, open, high, low, close from ${TABLE[source]} where market = $1 and interval = $2 ${rest} limit 1`,
    [market.market, interval, ...(at ? [at] : [])],
  );
  return toTicks(rows, market)[0];
};

/** The first candle that a bot would see. */
export const firstCandle = (tx: Tx, series: Series, from: Date | undefined): Promise<CandleTicks | undefined> =>
  oneCandle(tx, series, from ? 'and at >= $3 order by at' : 'order by at', from);

export const newestCandle = (tx: Tx, series: Series): Promise<CandleTicks | undefined> =>
  oneCandle(tx, series, 'order by at desc');

/** The candle at an instant, or the last one before it. */
export const candleUpTo = (tx: Tx, series: Series, at: Date): Promise<CandleTicks | undefined> =>
  oneCandle(tx, series, 'and at <= $3 order by at desc', at);

export async function saveImported(
  tx: Tx,
  market: MarketRules,
  interval: CandleInterval,
  candles: CandleTicks[],
): Promise<void> {
  await tx.query(
    `insert into imported_candles (org_id, market, interval, at, open, high, low, close)
     select $1, $2, $3, * from unnest($4::timestamptz[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
     on conflict (org_id, market, interval, at) do update
       set open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close`,
    [tx.orgId, market.market, interval, ...columns(market, candles)],
  );
}

/** Replicas may load the same candles at the same time. */
export async function saveBundled(
  tx: Tx,
  market: MarketRules,
  interval: CandleInterval,
  candles: CandleTicks[],
): Promise<void> {
  await tx.query(
    `insert into bundled_candles (market, interval, at, open, high, low, close)
     select $1, $2, * from unnest($3::timestamptz[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
     on conflict do nothing`,
    [market.market, interval, ...columns(market, candles)],
  );
}

function columns(market: MarketRules, candles: CandleTicks[]): unknown[] {
  const step = stepOf(market);
  const prices = (of: (candle: CandleTicks) => bigint) => candles.map((candle) => (of(candle) * step).toString());
  return [
    candles.map(({ at }) => new Date(at)),
    prices(({ open }) => open),
    prices(({ high }) => high),
    prices(({ low }) => low),
    prices(({ close }) => close),
  ];
}
