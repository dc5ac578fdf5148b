import type { Decision, MarketEvent, State } from './state.rules.ts';
import type { TradePlan } from './trade-plan.rules.ts';

/** What the exchange has to know of a strategy, whose plan it is given with every call. */
export interface Strategy<Plan extends TradePlan> {
  decide(state: State, event: MarketEvent, plan: Plan): Decision;
  /** It judges whole candles: each one is reported to it once it has closed. */
  judgesCandles(plan: Plan): boolean;
}

/** What is taken back is gone before anything else can happen to it. */
export function decideAtOnce<Plan extends TradePlan>(
  strategy: Strategy<Plan>,
  before: State,
  event: MarketEvent,
  plan: Plan,
): Decision {
  let { state, intents } = strategy.decide(before, event, plan);
  for (let order = state.pendingCancels[0]; order; order = state.pendingCancels[0]) {
    const after = strategy.decide(state, { type: 'cancelled', key: order.key, filled: order.filled.lots }, plan);
    state = after.state;
    if (after.intents.length > 0) intents = [...intents, ...after.intents];
  }
  return { state, intents };
}
