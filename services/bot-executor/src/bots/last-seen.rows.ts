import type { Tx } from '@tidegate/database/tx';
import { candleUpTo } from '../candles/candle.rows.ts';
import { type MarketRules, toTicks } from '../markets/markets.rules.ts';
import { type BotRow, rulesOfBot, stateOf } from './bot.rows.ts';

/** When the last candle that a bot has decided on began, and where it closed. */
export interface LastSeen {
  at: number;
  close: bigint;
}

/**
 * What a bot has seen last, whatever has become of the candles since: they may be deleted under it, and others imported
 * that are of another time. Undefined before its first candle.
 */
export async function lastSeen(
  tx: Tx,
  bot: BotRow,
  market: MarketRules = rulesOfBot(bot),
): Promise<LastSeen | undefined> {
  if (!bot.decided_up_to) return undefined;
  const at = bot.decided_up_to.getTime();
  const stored = bot.last_price === null ? undefined : toTicks(market, bot.last_price);
  if (stored !== undefined) return { at, close: stored };
  // Rows from before it was stored, and those of a market whose steps have become coarser.
  const series = { source: bot.source, market, interval: bot.interval };
  const candle = await candleUpTo(tx, series, bot.decided_up_to);
  if (candle?.at === at) return { at, close: candle.close };
  // With its candle gone as well, the price at which it bought last is the last one that is certain.
  const { value, lots } = stateOf(bot, market).lastFill;
  return lots > 0n ? { at, close: value / lots } : undefined;
}
