import { INITIAL, type State } from '@tidegate/bot-executor/engine/state.rules';
import type { CandleTicks } from '@tidegate/bot-executor/kernel/candle-series.rules';
import { planOf } from '@tidegate/bot-executor/ladder/plan.rules';
import { knownMarket } from '@tidegate/bot-executor/markets/built-in-markets';
import { runCandle } from '@tidegate/bot-executor/strategies/decide.rules';
import { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import { random } from './candles.ts';
import type { Result } from './main.ts';
import { median } from './servers.ts';

const CANDLES = 20_000;
const ROUNDS = 5;

const PLAN = planOf(
  DcaSettings.parse({
    market: 'BTC-USDT',
    direction: 'long',
    baseOrder: '100',
    averagingOrders: { count: 6, size: '200', deviationPercent: '0.5', stepScale: '1.2', volumeScale: '1.2' },
    takeProfit: { percent: '0.5', includeFees: true },
  }),
  knownMarket('BTC-USDT'),
);

/**
 * The general decision function at its busiest: candles so wild that nearly each one fills orders, so that ladders and
 * take profits are placed, replaced and cancelled all the time; on one core. Against writing down and reading back the
 * bot's state once for every decision, which is what a runner that keeps bots in a database cannot do without.
 */
export async function planner(): Promise<Result> {
  const candles = wildCandles();
  const rates: { decisions: number; copies: number }[] = [];
  process.stdout.write('round  decisions/s  states written and read/s\n');
  for (let round = -1; round < ROUNDS; round += 1) {
    const states: State[] = [];
    let decisions = 0;
    const began = performance.now();
    let state = INITIAL;
    for (const candle of candles) {
      const step = runCandle(state, candle, PLAN, { intervalMs: 60_000 });
      state = step.state;
      // One decision on the candle and one on each fill.
      decisions += 1 + step.fills.length;
      if (states.length < 1_000) states.push(state);
    }
    const perSecond = decisions / ((performance.now() - began) / 1_000);
    const copies = copyRate(states);
    if (round < 0) continue;
    rates.push({ decisions: perSecond, copies });
    process.stdout.write(`${round + 1}      ${perSecond.toFixed(0).padEnd(12)} ${copies.toFixed(0)}\n`);
  }
  return {
    name: 'planner',
    value: Math.round(median(rates.map(({ decisions }) => decisions))),
    unit: 'decisions/s',
    ratio: Number(median(rates.map(({ decisions, copies }) => decisions / copies)).toFixed(2)),
    against: 'writing down and reading back the state once a decision',
  };
}

function copyRate(states: State[]): number {
  const began = performance.now();
  for (let round = 0; round < 20; round += 1) {
    for (const state of states) {
      JSON.parse(JSON.stringify(state, (_key, value) => (typeof value === 'bigint' ? String(value) : value)));
    }
  }
  return (states.length * 20) / ((performance.now() - began) / 1_000);
}

function wildCandles(): CandleTicks[] {
  const next = random(5);
  let price = 5_000_000;
  return Array.from({ length: CANDLES }, (_, i) => {
    const open = price;
    price = Math.round(price + (next() - 0.5) * 100_000 + (5_000_000 - price) * 0.05);
    const [high, low] = [Math.max(open, price) + 20_000, Math.min(open, price) - 20_000];
    return { at: i * 60_000, open: BigInt(open), high: BigInt(high), low: BigInt(low), close: BigInt(price) };
  });
}
