import type { BotEquityPoint } from '@tidegate/contracts/bot-executor/bot-history';
import { decodeSeries, type StoredSeries } from '../candles/stored-series.ts';
import type { CandleSeries } from '../kernel/candle-series.rules.ts';
import { type MarketTerms, moneyText, rulesOf, toLots, toMoney } from '../markets/markets.rules.ts';
import { threadTask } from '../threads/thread-task.ts';
import type { BotStep } from './bot-activity.rows.ts';

/* What a bot had earned at each of some closes: its wallet, and what it held at that price. Whole money units throughout. */
export interface EquityTask {
  stored: StoredSeries;
  market: MarketTerms;
  steps: readonly BotStep[];
}

const MOST_POINTS = 500;
const MICRO = 1_000_000n;

export const computeEquity = threadTask('bot-equity', ({ stored, market: terms, steps }: EquityTask) => {
  const market = rulesOf(terms);
  const exact = steps.map(({ at, balance, change }) => ({
    at,
    balance: balance === null ? undefined : toMoney(market, balance),
    lots: change === null ? 0n : wholeLots(toLots(market, change), market.market),
  }));
  const { points, deepest } = equityOver(decodeSeries(stored), exact, stored.intervalMs);
  return {
    items: points.map(
      ({ at, equity, drawdown }): BotEquityPoint => ({
        at: new Date(at).toISOString(),
        equity: moneyText(market, equity),
        drawdown: moneyText(market, drawdown),
      }),
    ),
    maxDrawdown: moneyText(market, deepest),
  };
});

function wholeLots(lots: bigint | undefined, market: string): bigint {
  if (lots === undefined) throw new Error(`A fill is no whole number of lots of ${market}.`);
  return lots;
}

interface Step {
  at: number;
  balance: bigint | undefined;
  lots: bigint;
}

/** Closes evenly spread over the series, the last one among them. A candle's close comes after all that happened in it. */
export function equityOver({ at, close }: CandleSeries, steps: readonly Step[], intervalMs: number) {
  const every = Math.max(1, Math.ceil(at.length / MOST_POINTS));
  const points: { at: number; equity: bigint; drawdown: bigint }[] = [];
  let [balance, lots, next, peak, deepest] = [0n, 0n, 0, 0n, 0n];
  for (let index = Math.min(every, at.length) - 1; index >= 0 && index < at.length; ) {
    const [starts, ticks] = [at[index] as number, close[index] as number];
    for (let step = steps[next]; step && step.at < starts + intervalMs; step = steps[next]) {
      balance = step.balance ?? balance;
      lots += step.lots;
      next += 1;
    }
    const equity = balance + lots * BigInt(ticks) * MICRO;
    if (equity > peak) peak = equity;
    if (peak - equity > deepest) deepest = peak - equity;
    points.push({ at: starts, equity, drawdown: equity - peak });
    index = index === at.length - 1 ? at.length : Math.min(index + every, at.length - 1);
  }
  return { points, deepest };
}
