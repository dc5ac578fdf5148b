import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { invalid } from '@tidegate/contracts/kernel/problem';

/*
 * The cost of a run is bounded before any of it is done. At worst every candle fills every order of a trade: measured over
 * candles that swing through the whole ladder, some 5 microseconds an order on a good core, so the longest run takes some
 * minutes.
 */

/** 600,000 candles with 40 orders a trade. */
export const MAX_BACKTEST_STEPS = 24_000_000;

/** Orders that one candle may fill. */
export const ordersOf = (settings: BotSettings): number =>
  settings.strategy === 'martingale-ema'
    ? 2
    : 2 + settings.averagingOrders.count + (settings.takeProfit.steps?.length ?? 0);

export function refuseTooMuch(settings: BotSettings, candles: number): void {
  const orders = ordersOf(settings);
  if (candles * orders <= MAX_BACKTEST_STEPS) return;
  const most = Math.floor(MAX_BACKTEST_STEPS / orders);
  const text =
    '{candles} candles with up to {orders} orders a trade are too much for one backtest. Use at most {most} candles, or fewer averaging orders.';
  throw invalid('/feed/to', 'too_much_work', text, { candles, orders, most });
}
