import { endTrade, placeExit } from '../engine/exit-orders.rules.ts';
import { cancel, findWanted } from '../engine/orders.rules.ts';
import { openShare } from '../engine/position.rules.ts';
import {
  type Decision,
  isExit,
  type MarketEvent,
  type PlacedOrder,
  type State,
  stay,
  UNWATCHED,
  type Watch,
} from '../engine/state.rules.ts';
import { beats } from '../engine/trade-plan.rules.ts';
import { divided, lastPart, type Part } from '../ladder/exit-parts.rules.ts';
import { breakEvenTicks, type DcaPlan, profitTicks, stopLossTicks, trailTicks } from '../ladder/plan.rules.ts';

/*
 * How a trade may end. Every entry fill moves the average, so it replaces all exits: the steps of the take profit, the
 * trailing exit (which starts over: what was followed belonged to another average), and the stop loss, which leaves
 * break-even again. Exits never add up to more than the position on either side of the price.
 */
export function replaceExits(decision: Decision, plan: DcaPlan): Decision {
  const { state, intents } = cancel(decision, isExit);
  return placeStop(placeTakeProfits({ state: { ...state, watch: UNWATCHED }, intents }, plan), plan);
}

/** Each step closes its share of what is open now, the last exit or the trailing one what is left. */
function placeTakeProfits(start: Decision, plan: DcaPlan): Decision {
  const { position, base, lastFill, step } = start.state;
  if (step >= plan.steps.length) return placeLast(start, lastPart(plan, position, openShare(position)), plan);
  const { parts, rest } = divided(plan, { ...position, base, lastFill, share: openShare(position), done: step });
  const placed = parts.reduce(
    (decision, part) => placeExit(decision, plan, { ...part, kind: 'takeProfit', type: 'limit' }),
    start,
  );
  return rest.lots === 0n ? placed : placeLast(placed, rest, plan);
}

const placeLast = (decision: Decision, { ticks, lots, level }: Part, plan: DcaPlan): Decision =>
  plan.trail
    ? watching(decision, { trailFrom: ticks })
    : placeExit(decision, plan, { kind: 'takeProfit', type: 'limit', ticks, lots, level });

function placeStop(decision: Decision, plan: DcaPlan): Decision {
  const { stop } = plan;
  const { position, base, lastFill } = decision.state;
  if (!stop) return decision;
  const ticks = stopLossTicks(plan, { base, lastFill, ...position });
  const breakEvenFrom = stop.breakEvenAt && profitTicks(plan, position, stop.breakEvenAt);
  return setStop(watching(decision, { breakEvenFrom }), plan, ticks);
}

/** On the exchange, or watched by us when it has to be patient. */
function setStop(decision: Decision, plan: DcaPlan, ticks: bigint | undefined): Decision {
  if (ticks === undefined) return decision;
  if (plan.stop?.timeoutMs !== undefined) return watching(decision, { patientStop: ticks, beyondSince: undefined });
  return placeExit(decision, plan, { kind: 'stopLoss', type: 'stop', ticks, lots: decision.state.position.lots });
}

type Price = MarketEvent & { type: 'price' };

/** Follows a price of an open trade. */
export function followPrice(decision: Decision, price: Price, plan: DcaPlan): Decision {
  const { ticks } = price;
  return waitBeyond(moveStop(trail(decision, ticks, plan), ticks, plan), price, plan);
}

/** Once the take profit is reached: the exit follows the best price since and never goes back. */
function trail(decision: Decision, ticks: bigint, plan: DcaPlan): Decision {
  const { trailFrom, best } = decision.state.watch;
  if (!plan.trail || trailFrom === undefined || !reaches(plan, ticks, trailFrom)) return decision;
  if (best !== undefined && !beats(plan, ticks, best)) return decision;
  const level = trailTicks(plan, ticks, plan.trail);
  const followed = watching(decision, { best: ticks });
  const before = findWanted(followed.state, isTrailing);
  if (before?.ticks === level) return followed;
  const replaced = cancel(followed, isTrailing);
  // All that is open: a step before it may not have been filled yet.
  const { lots } = replaced.state.position;
  return placeExit(replaced, plan, {
    kind: 'takeProfit',
    type: 'stop',
    ticks: level,
    lots,
    level: plan.steps.length + 1,
  });
}

function moveStop(decision: Decision, ticks: bigint, plan: DcaPlan): Decision {
  const { breakEvenFrom, patientStop } = decision.state.watch;
  if (breakEvenFrom === undefined || !reaches(plan, ticks, breakEvenFrom)) return decision;
  const { position } = decision.state;
  const level = breakEvenTicks(plan, position.cost, position.lots);
  const before = patientStop ?? findWanted(decision.state, isStopLoss)?.ticks;
  const moved = watching(decision, { breakEvenFrom: undefined });
  // A stop never moves away from the price.
  if (before !== undefined && !beats(plan, level, before)) return moved;
  return setStop(cancel(moved, isStopLoss), plan, level);
}

/** Patience begins when the price can have gone beyond at the latest, and ends when its time is over for certain. */
function waitBeyond(decision: Decision, { at, latest = at, ticks }: Price, plan: DcaPlan): Decision {
  const { patientStop, beyondSince } = decision.state.watch;
  if (patientStop === undefined || plan.stop?.timeoutMs === undefined) return decision;
  if (beats(plan, ticks, patientStop)) {
    return beyondSince === undefined ? decision : watching(decision, { beyondSince: undefined });
  }
  const since = beyondSince ?? latest;
  if (at - since >= plan.stop.timeoutMs) return endTrade(decision, { kind: 'stopLoss', ticks }, plan);
  return watching(decision, { beyondSince: since });
}

/**
 * After a part of the position was closed the stops on the other side cover what is left, no more. Steps of the take
 * profit that still wait have to share what is left too: what was closed is of one that they were to replace.
 */
export function fitExits(state: State, plan: DcaPlan): Decision {
  const stale = state.deferred.some(isStep);
  const shared = stale ? placeTakeProfits(cancel(stay(state), isStep), plan) : stay(state);
  const { lots } = state.position;
  return [...shared.state.orders, ...shared.state.deferred]
    .filter((order) => order.type === 'stop' && order.lots > lots)
    .reduce(
      (decision, { key, kind, ticks, level }) =>
        placeExit(
          cancel(decision, (one) => one.key === key),
          plan,
          { kind, type: 'stop', ticks, lots, level },
        ),
      shared,
    );
}

function watching({ state, intents }: Decision, change: Partial<Watch>): Decision {
  return { state: { ...state, watch: { ...state.watch, ...change } }, intents };
}

const isTrailing = ({ kind, type }: PlacedOrder): boolean => kind === 'takeProfit' && type === 'stop';
const isStep = ({ kind, type }: PlacedOrder): boolean => kind === 'takeProfit' && type === 'limit';
const isStopLoss = ({ kind }: PlacedOrder): boolean => kind === 'stopLoss';

const reaches = (plan: DcaPlan, ticks: bigint, level: bigint): boolean => !beats(plan, level, ticks);
