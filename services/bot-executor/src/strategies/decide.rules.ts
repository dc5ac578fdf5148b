import { decideDca } from '../dca/decide-dca.rules.ts';
import { placeDeferred } from '../engine/orders.rules.ts';
import { paperExchange } from '../engine/paper-exchange.rules.ts';
import type { Decision, MarketEvent, State } from '../engine/state.rules.ts';
import { decideMartingale } from '../martingale/decide-martingale.rules.ts';
import type { Plan } from './plan.rules.ts';

/*
 * The one decision function: what a bot wants after something happened. Paper, backtest and (later) live differ only in
 * who carries the intents out and reports the fills.
 *
 * A strategy is a pure function of state and event. Whatever it is, fills may come in parts and more than once: each
 * carries the exchange's id and counts once, also while the order is being cancelled (fills.rules.ts, orders.rules.ts);
 * a report that says nothing new returns the same state object. Averages are over what was really filled
 * (position.rules.ts). An intent's key is unique within the bot and follows from the state alone, so that deciding
 * twice asks for the same thing twice.
 */
export function decide(state: State, event: MarketEvent, plan: Plan): Decision {
  const decision = plan.strategy === 'dca' ? decideDca(state, event, plan) : decideMartingale(state, event, plan);
  return placeDeferred(decision, event);
}

/** Whether every candle is put before the strategy, so that none can be left out. */
export const judgesCandles = ({ strategy }: Plan): boolean => strategy === 'martingale-ema';

/** The paper exchange for all of them. */
export const { decideAtOnce, runCandle, runClose } = paperExchange<Plan>({ decide, judgesCandles });
