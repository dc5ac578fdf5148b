import { liquidationTicks, marginLeft, type Open } from '../engine/trade-plan.rules.ts';
import { add, compare, div, type Fraction, floor, fraction, mul, sub, whole } from '../kernel/exact.rules.ts';
import { lotsFor, meetsMinimum } from '../markets/markets.rules.ts';
import { maintenanceOf } from '../markets/venue.rules.ts';
import { type MartingalePlan, openLots } from './plan.rules.ts';
import { type Mood, moodOf, type Signals } from './signals.rules.ts';

/*
 * The decision table of the original martingale-EMA bot with its faults fixed (trading.md 0 and 3.9). At the close of
 * a candle, the first line that fits decides:
 *
 *   0  open, safe, and the price is on the wrong side of the slow average      hold
 *   1  in profit, with margin in it                 close half, a third, or all: the larger part is asked for first
 *   2  in danger (little margin left)               add if that moves the liquidation price away and there is room for
 *                                                   it and no crash; else close half. The original always added
 *   3  no crash, and little is in it or it is calm  add, in proportion to the loss; never while in profit
 *   4  nothing open, calm                           begin, against the trend of the hours
 *
 * All that is compared with money is exact; only what the candles say is not.
 */
export type Choice =
  | { do: 'hold' }
  | { do: 'begin' | 'add'; lots: bigint }
  | { do: 'reduce'; lots: bigint; because: 'profit' | 'danger' };

export interface Situation {
  position: Open;
  /** What the wallet would hold if the position were worth what it cost, in tick × lots. */
  balance: Fraction;
  close: bigint;
  signals: Signals;
  mayBegin: boolean;
}

const HOLD: Choice = { do: 'hold' };
const SAFE_MARGIN_LEVEL = whole(2);
const part = (text: string): Fraction => fraction(text);
const [PROFIT, TWO, THREE, FIVE] = [part('0.003'), part('0.02'), part('0.03'), part('0.05')];
/** Margin over balance, and how much of the position is closed then: the larger first. */
const PARTIAL: readonly (readonly [from: Fraction, closes: Fraction])[] = [
  [part('0.1'), part('0.5')],
  [part('0.075'), part('0.33')],
];

export function choose(plan: MartingalePlan, situation: Situation): Choice {
  const { position, signals } = situation;
  const mood = moodOf(signals, plan.long);
  if (position.lots === 0n) return begin(plan, situation, mood);
  const figures = figuresOf(plan, situation);
  const safe = compare(figures.level, SAFE_MARGIN_LEVEL) >= 0;
  if (safe && isBehind(plan, situation, signals.slow.value)) return HOLD;
  const profit = takeProfit(plan, situation, figures);
  if (profit) return profit;
  const crashing = mood === undefined || mood.decline === 'fast' || mood.decline === 'crash';
  const add = addition(plan, situation, figures);
  if (!safe)
    return add && !crashing && movesLiquidationAway(plan, situation, add.lots)
      ? add
      : reduce(plan, situation, part('0.5'), 'danger');
  return add && !crashing && mayAdd(plan, situation, figures, mood) ? add : HOLD;
}

interface Figures {
  margin: Fraction;
  /** Unrealised profit in tick × lots; over margin; and margin with it over what must be kept. */
  profit: Fraction;
  onMargin: Fraction;
  level: Fraction;
  /** Margin over balance. */
  used: Fraction;
}

function figuresOf(plan: MartingalePlan, { position, balance, close }: Situation): Figures {
  const { long, leverage, market } = plan;
  const value = whole(close * position.lots);
  const margin = div(position.cost, leverage);
  const profit = long ? sub(value, position.cost) : sub(position.cost, value);
  const kept = mul(value, maintenanceOf(market, value));
  return {
    margin,
    profit,
    onMargin: div(profit, margin),
    level: div(marginLeft(plan, position, close), kept),
    used: balance.n > 0n ? div(margin, balance) : whole(1),
  };
}

function takeProfit(plan: MartingalePlan, situation: Situation, figures: Figures): Choice | undefined {
  const { position, balance } = situation;
  const { profit, used, onMargin } = figures;
  if (balance.n <= 0n || compare(profit, mul(balance, PROFIT)) <= 0 || compare(used, TWO) < 0) return undefined;
  const partial = PARTIAL.find(([from]) => compare(used, from) > 0);
  if (partial) return reduce(plan, situation, partial[1], 'profit');
  return compare(onMargin, plan.closeAt) > 0 ? { do: 'reduce', lots: position.lots, because: 'profit' } : HOLD;
}

/** All of it where a part or the rest would be below the market's minimum: such a rest could never be closed. */
function reduce(
  { market }: MartingalePlan,
  { position: { lots }, close }: Situation,
  share: Fraction,
  because: 'profit' | 'danger',
): Choice {
  const some = floor(mul(whole(lots), share));
  const both = meetsMinimum(market, close, some) && meetsMinimum(market, close, lots - some);
  return { do: 'reduce', lots: both ? some : lots, because };
}

function mayAdd(plan: MartingalePlan, situation: Situation, { used, profit, onMargin }: Figures, mood: Mood): boolean {
  if (compare(used, THREE) < 0) return true;
  if (mood.wild || profit.n >= 0n) return false;
  const { fast } = situation.signals;
  return (
    compare(onMargin, mul(FIVE, whole(-1))) < 0 && fast.value !== undefined && !isBehind(plan, situation, fast.value)
  );
}

/**
 * A loss of 10 % of the margin adds 10 % of the position: loss × leverage. From 70 % of the margin's limit on orders
 * shrink, and none goes beyond it. Undefined when there is no loss or no room for an order of the market's minimum.
 */
function addition(
  plan: MartingalePlan,
  { balance, close }: Situation,
  { profit, margin }: Figures,
): (Choice & { do: 'add' }) | undefined {
  if (profit.n >= 0n) return undefined;
  const limit = mul(balance, plan.maxMarginPart);
  const room = sub(limit, margin);
  if (room.n <= 0n) return undefined;
  const taper = div(room, mul(limit, part('0.3')));
  const wanted = mul(mul(profit, whole(-1)), plan.leverage);
  const tapered = compare(taper, whole(1)) < 0 ? mul(wanted, taper) : wanted;
  const most = mul(room, plan.leverage);
  const lots = lotsFor(compare(tapered, most) < 0 ? tapered : most, close);
  return meetsMinimum(plan.market, close, lots) ? { do: 'add', lots } : undefined;
}

function movesLiquidationAway(plan: MartingalePlan, { position, close }: Situation, lots: bigint): boolean {
  const now = liquidationTicks(plan, position) as bigint;
  const larger = { ...position, cost: add(position.cost, whole(close * lots)), lots: position.lots + lots };
  const then = liquidationTicks(plan, larger) as bigint;
  return plan.long ? then < now : then > now;
}

function begin(plan: MartingalePlan, situation: Situation, mood: Mood | undefined): Choice {
  const { close, balance, signals, mayBegin } = situation;
  if (!mayBegin || !mood || mood.wild || mood.decline !== 'slow' || balance.n <= 0n) return HOLD;
  if (signals.hourly.value === undefined || !isBehind(plan, situation, signals.hourly.value)) return HOLD;
  const lots = openLots(plan, balance, close);
  return meetsMinimum(plan.market, close, lots) ? { do: 'begin', lots } : HOLD;
}

/** The price is where a trade in this direction loses, seen from an average: below for a long. */
const isBehind = ({ long }: MartingalePlan, { close }: Situation, average: number | undefined): boolean =>
  average !== undefined && (long ? Number(close) < average : Number(close) > average);
