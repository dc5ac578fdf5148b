import { atTicks } from '../engine/state.rules.ts';
import { bankruptcyTicks, beats, liquidationTicks } from '../engine/trade-plan.rules.ts';
import { add, compare, div, type Fraction, mul, sub, whole } from '../kernel/exact.rules.ts';
import { maintenanceOf } from '../markets/venue.rules.ts';
import type { Level } from './ladder.rules.ts';
import { type DcaPlan, netAt, stopLossTicks } from './plan.rules.ts';

/*
 * What a ladder risks. Level by level, as if every order filled at its price: where the stop loss and the liquidation
 * price stand, which of them the price meets before the next order, and what the trade loses in the end.
 * Source: trading.md 3.5.
 */
export interface Exposure extends Level {
  /** Open after this order, in tick × lots and lots. */
  cost: bigint;
  totalLots: bigint;
  stop: bigint | undefined;
  liquidation: bigint | undefined;
}

export function exposures(plan: DcaPlan, levels: readonly Level[]): Exposure[] {
  let [cost, totalLots] = [0n, 0n];
  const base = atTicks(levels[0]?.ticks ?? 0n);
  return levels.map((level) => {
    cost += level.ticks * level.lots;
    totalLots += level.lots;
    const open = { cost: whole(cost), lots: totalLots };
    const stop = stopLossTicks(plan, { ...open, base, lastFill: atTicks(level.ticks) });
    return { ...level, cost, totalLots, stop, liquidation: liquidationTicks(plan, open) };
  });
}

/** A patient stop may let the price pass. */
const certainStop = ({ stop }: DcaPlan, exposure: Exposure): bigint | undefined =>
  stop?.timeoutMs === undefined ? exposure.stop : undefined;

/** Exposures that the price can reach before a stop ends the trade. */
function reachable(plan: DcaPlan, all: readonly Exposure[]): Exposure[] {
  const last = all.findIndex((one, index) => {
    const next = all[index + 1];
    const stop = certainStop(plan, one);
    return next === undefined || (stop !== undefined && !beats(plan, next.ticks, stop));
  });
  return all.slice(0, last + 1);
}

export interface Danger {
  exposure: Exposure;
  /** What the price would have met next: an averaging order, or the stop loss. */
  next: { index: number | undefined; ticks: bigint };
  /** The leverage must stay below this; undefined when none is low enough. */
  below: Fraction | undefined;
}

/** The first level at which the position would be liquidated before what is planned to happen next. */
export function liquidationDanger(plan: DcaPlan, levels: readonly Level[]): Danger | undefined {
  const all = reachable(plan, exposures(plan, levels));
  const meets = all.flatMap((exposure, index) => {
    const order = all[index + 1];
    const ticks = order?.ticks ?? certainStop(plan, exposure);
    return ticks === undefined ? [] : [{ exposure, next: { index: order?.index, ticks } }];
  });
  const found = meets.find(
    ({ exposure: { liquidation }, next }) => liquidation !== undefined && !beats(plan, next.ticks, liquidation),
  );
  if (!found) return undefined;
  const needs = meets.map(({ exposure, next }) => marginNeeded(plan, exposure, next.ticks));
  const most = needs.reduce((a, b) => (compare(a, b) > 0 ? a : b));
  return { ...found, below: compare(most, whole(1)) < 0 ? div(whole(1), most) : undefined };
}

/** Part of the cost that must be margin for the position to survive this price: s × (1 - p / average) + m. */
function marginNeeded({ long, market }: DcaPlan, { cost, totalLots }: Exposure, ticks: bigint): Fraction {
  const fall = sub(whole(1), div(whole(ticks * totalLots), whole(cost)));
  const maintenance = maintenanceOf(market, whole(cost));
  return add(long ? fall : mul(fall, whole(-1)), maintenance);
}

/**
 * Most that a trade can lose, in money units: at its stop loss, or else by liquidation, after every order that fills
 * before. Undefined without either. Prices that jump over a stop can make it more.
 */
export function worstLoss(plan: DcaPlan, levels: readonly Level[]): Fraction | undefined {
  const losses = reachable(plan, exposures(plan, levels)).flatMap((exposure) => {
    const { cost, totalLots: lots } = exposure;
    const open = { cost: whole(cost), lots };
    const end = certainStop(plan, exposure) ?? (plan.leverage && bankruptcyTicks(plan, open));
    return end === undefined ? [] : [mul(netAt(plan, open.cost, lots, end), whole(-1))];
  });
  return losses.length === 0 ? undefined : losses.reduce((a, b) => (compare(a, b) > 0 ? a : b));
}
