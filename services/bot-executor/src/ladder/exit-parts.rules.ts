import { atTicks } from '../engine/state.rules.ts';
import type { Open } from '../engine/trade-plan.rules.ts';
import { ceil, type Fraction, floor, mul, whole } from '../kernel/exact.rules.ts';
import { meetsMinimum } from '../markets/markets.rules.ts';
import {
  type DcaPlan,
  type Entries,
  stopLossTicks,
  type TakeProfitStep,
  takeProfitTicks,
  trailTicks,
} from './plan.rules.ts';

/*
 * How what is open is divided among the exits. No part may be below the market's minimum, because it could never be
 * sold: a step that is too small is left to the next, and a rest that would be too small where it may have to be sold
 * is closed with the step before it.
 */
export interface Part {
  ticks: bigint;
  lots: bigint;
  /** Which step of the take profit, from 1; the last exit comes after all of them. */
  level: number;
}

interface Divided {
  parts: Part[];
  /** Of the last exit, at the take profit itself; without lots when it is closed with the step before. */
  rest: Part;
}

type Given = Open & Entries & { share: Fraction; done: number };

export function divided(plan: DcaPlan, { done, share, ...open }: Given): Divided {
  const { cost, lots } = open;
  const parts: Part[] = [];
  let left = lots;
  for (const step of plan.steps.slice(done)) {
    const part = floor(mul(whole(lots), shareOfRest(plan, done, step)));
    const ticks = takeProfitTicks(plan, { cost, lots, share, profit: step.profit });
    if (!meetsMinimum(plan.market, ticks, part)) continue;
    parts.push({ ticks, lots: part, level: step.index });
    left -= part;
  }
  const rest = { ...lastPart(plan, open, share), lots: left };
  const last = parts.at(-1);
  if (!last || meetsMinimum(plan.market, lowestExit(plan, rest.ticks, open), left)) return { parts, rest };
  last.lots += left;
  return { parts, rest: { ...rest, lots: 0n } };
}

/** All that is open, at the take profit itself. */
export const lastPart = (plan: DcaPlan, { cost, lots }: Open, share: Fraction): Part => ({
  ticks: takeProfitTicks(plan, { cost, lots, share, profit: plan.profit }),
  lots,
  level: plan.steps.length + 1,
});

/** The lowest price at which the last exit, or the stop loss, is planned to sell. */
export function lowestExit(plan: DcaPlan, takeProfit: bigint, open: Open & Entries): bigint {
  const last = plan.trail ? trailTicks(plan, takeProfit, plan.trail) : takeProfit;
  const stop = stopLossTicks(plan, open);
  return stop !== undefined && stop < last ? stop : last;
}

/** Whether a base order is above the minimum, and what it opens too at every price where it may have to be closed. */
export function baseFits(plan: DcaPlan, ticks: bigint, lots: bigint): boolean {
  const { market, long, stop, profit } = plan;
  if (!meetsMinimum(market, ticks, lots)) return false;
  // A long without a stop is only ever sold for more than it cost.
  if (long && !stop) return true;
  const fee = long && market.feeFrom === 'received' ? ceil({ n: lots * BigInt(market.feePpm), d: 1_000_000n }) : 0n;
  const open = { cost: whole(ticks * lots), lots: lots - fee, base: atTicks(ticks), lastFill: atTicks(ticks) };
  return meetsMinimum(market, lowestExit(plan, takeProfitTicks(plan, { ...open, profit }), open), open.lots);
}

/** Of a step, among the steps that are still to come: their shares are of the whole, and a part of it is gone. */
function shareOfRest({ steps }: DcaPlan, done: number, { share }: TakeProfitStep): Fraction {
  const gone = steps[done - 1]?.sharesSoFar ?? whole(0);
  return { n: share.n * gone.d, d: share.d * (gone.d - gone.n) };
}
