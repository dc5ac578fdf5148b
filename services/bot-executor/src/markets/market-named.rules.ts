import { notFound } from '@tidegate/contracts/kernel/problem';
import { findMarket, MARKETS, type MarketRules } from './markets.rules.ts';

/** The market that a caller named, or the answer that there is none. */
export function marketNamed(name: string): MarketRules {
  const market = findMarket(name);
  if (!market) throw notFound({}, `The paper exchange has ${MARKETS.map((one) => one.market).join(', ')}.`);
  return market;
}
