import { obstacleTo } from '../dca/entries.rules.ts';
import { isOver, type Obstacle, type State } from '../engine/state.rules.ts';
import { type CandleTicks } from '../kernel/candle-series.rules.ts';
import { meetsMinimum } from '../markets/markets.rules.ts';
import { balanceOf } from '../martingale/decide-martingale.rules.ts';
import { openLots } from '../martingale/plan.rules.ts';
import type { Plan } from './plan.rules.ts';

/** Why a bot that holds nothing after this candle began no trade with it; undefined when nothing was in its way. */
export function obstacleOf(state: State, plan: Plan, { at, open, close }: CandleTicks): Obstacle | undefined {
  if (!isOver(state) || state.orders.length > 0) return undefined;
  if (plan.strategy === 'dca') return obstacleTo(state, { at, ticks: open }, plan);
  const balance = balanceOf(plan, state);
  const fits = balance.n > 0n && meetsMinimum(plan.market, close, openLots(plan, balance, close));
  return fits ? 'noSignal' : 'belowMinimum';
}
