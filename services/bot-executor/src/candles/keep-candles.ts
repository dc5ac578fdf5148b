import type { CandleInterval } from '@tidegate/contracts/bot-executor/candles';
import { notFound } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { noteLateCandles } from '../bots/late-candles.rows.ts';
import { wakeBots } from '../bots/lease.rows.ts';
import type { Columns } from '../kernel/candle-series.rules.ts';
import { marketNamed } from '../markets/market.rows.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import { type Saved, saveImported } from './candle.rows.ts';
import { refuseFull } from './stored-limit.ts';

/** Stores what was read, within the organisation's bounds, and lets bots know; all in the caller's transaction. */
export async function keepCandles(
  tx: Tx,
  market: MarketRules,
  interval: CandleInterval,
  candles: Columns,
): Promise<Saved> {
  const saved = await saveImported(tx, market, interval, candles);
  // Under the lock: the market may have been deleted, and made anew, while the file was read.
  const { tickSize } = await marketNamed(tx, market.market);
  if (tickSize !== market.tickSize) throw notFound({}, 'The market was made anew meanwhile. Import the candles again.');
  await refuseFull(tx);
  await noteLateCandles(tx, { market: market.market, interval }, [saved.added, saved.replaced]);
  await wakeBots(tx, tx.orgId);
  return saved;
}
