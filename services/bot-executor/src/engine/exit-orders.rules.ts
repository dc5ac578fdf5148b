import { cancel, type Decision, isOpen, newOrder, type PlacedOrder, place, UNWATCHED } from './state.rules.ts';
import type { TradePlan } from './trade-plan.rules.ts';

/* How a strategy asks for an exit, whichever strategy it is. */

type Exit = Pick<PlacedOrder, 'kind' | 'type' | 'ticks' | 'lots'> & { rung?: number };

/** Exits come again and again within a trade: each has a number of its own. */
export function placeExit({ state, intents }: Decision, { long }: TradePlan, exit: Exit): Decision {
  const revision = state.revision + 1;
  const key = `${state.trade}:${exit.kind}:${revision}`;
  return place({ state: { ...state, revision }, intents }, newOrder(long, { ...exit, key }));
}

/** Takes every order back and closes what is open now, at the market. */
export function endTrade(
  decision: Decision,
  kind: 'close' | 'liquidation' | 'stopLoss',
  ticks: bigint,
  plan: TradePlan,
): Decision {
  const { state, intents } = cancel(decision);
  const quiet: Decision = { state: { ...state, watch: UNWATCHED }, intents };
  if (!isOpen(state)) return quiet;
  return placeExit(quiet, plan, { kind, type: 'market', ticks, lots: state.position.lots });
}
