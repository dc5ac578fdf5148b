import type { PositionMode } from './order-terms.rules.ts';
import type { TradePlan } from './trade-plan.rules.ts';

/**
 * What an exchange keeps as one number in an account: of a spot market the coins, whichever market they were bought in;
 * of a future the position, or one for each side where the account holds long and short beside each other. Two bots with
 * the same one would sell each other's lots, so whoever runs bots on an account lets one at a time have it, by a lease of
 * this name.
 */
export function nettedPosition({ market, leverage, long }: TradePlan, mode: PositionMode): string {
  if (leverage === undefined) return `coins of ${market.base}`;
  const side = mode === 'hedge' ? (long ? ' long' : ' short') : '';
  return `position of ${market.market}${side}`;
}
