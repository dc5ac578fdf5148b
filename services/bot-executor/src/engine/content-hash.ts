import { createHash } from 'node:crypto';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import type { Columns } from '../kernel/candle-series.rules.ts';
import { toText } from '../kernel/exact.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';

/**
 * Grows whenever the same settings may trade differently over the same candles. 3: the open is a price like any other,
 * isolated margin bounds what a trade can lose, times count from when something can have happened at the latest.
 */
export const ENGINE_VERSION = 3;

/**
 * SHA-256 of all that determines a result: engine version, market rules, settings (in the order of their schema) and
 * every candle. Equal content hashes mean equal results.
 */
export function contentHashOf(market: MarketRules, settings: readonly BotSettings[], columns: Columns): string {
  const { tickSize, lotSize, minQuantity, minNotional, feePpm, feeFrom, maintenancePpm } = market;
  const fees = typeof feeFrom === 'string' ? feeFrom : `${feeFrom.currency} ${toText(feeFrom.price, 24)}`;
  const venue = market.venue?.terms;
  const rules = {
    market: market.market,
    tickSize,
    lotSize,
    minQuantity,
    minNotional,
    feePpm,
    fees,
    maintenancePpm,
    venue,
  };
  const hash = createHash('sha256').update(JSON.stringify({ engine: ENGINE_VERSION, rules, settings }));
  for (const { buffer, byteOffset, byteLength } of [columns.at, columns.open, columns.high, columns.low, columns.close])
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}
