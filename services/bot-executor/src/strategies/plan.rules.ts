import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { checkSettings } from '../ladder/check-settings.rules.ts';
import { type DcaPlan, planOf } from '../ladder/plan.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import { checkMartingale, type MartingalePlan, martingalePlanOf } from '../martingale/plan.rules.ts';

/** Settings of any strategy, worked out. */
export type Plan = DcaPlan | MartingalePlan;

export const strategyPlanOf = (settings: BotSettings, market: MarketRules): Plan =>
  settings.strategy === 'martingale-ema' ? martingalePlanOf(settings, market) : planOf(settings, market);

/** The plan of settings that can work at the price given in ticks; else a refusal that says what is wrong. */
export function checkedStrategyPlan(settings: BotSettings, ticks: bigint, market: MarketRules): Plan {
  const plan = strategyPlanOf(settings, market);
  const refusal = plan.strategy === 'dca' ? checkSettings(plan, ticks) : checkMartingale(plan, ticks);
  if (refusal) throw refusal;
  return plan;
}
