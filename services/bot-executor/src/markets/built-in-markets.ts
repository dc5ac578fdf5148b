import { readFileSync } from 'node:fs';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { type MarketRules, type MarketTerms, rulesOf } from './markets.rules.ts';

/**
 * What comes with Tidegate: steps as large exchanges have them, the fee of their first tier, and 0.5 % maintenance
 * margin. A version that was used is never changed: another one is added. The tick is the same in all versions of a
 * market, for its candles are stored in it.
 */
const BUILT_IN = (
  JSON.parse(readFileSync(new URL('../../data/markets.json', import.meta.url), 'utf8')) as MarketTerms[]
).map(rulesOf);

/** The newest version of each. */
export const MARKETS: readonly MarketRules[] = [
  ...new Map(BUILT_IN.toSorted((a, b) => a.version - b.version).map((one) => [one.market, one])).values(),
];

export const findMarket = (name: string, version?: number): MarketRules | undefined =>
  version === undefined
    ? MARKETS.find(({ market }) => market === name)
    : BUILT_IN.find((one) => one.market === name && one.version === version);

/** A market that comes with Tidegate, from a row without rules of its own: such rows are of its first version. */
export function knownMarket(name: string): MarketRules {
  const market = findMarket(name, 1);
  if (!market) throw new Error(`The market ${name} is gone from the paper exchange.`);
  return market;
}

/** The market of settings of those that come with Tidegate, or a refusal that names the field. */
export function marketOf(settings: { market: string }): MarketRules {
  const market = findMarket(settings.market);
  if (market) return market;
  const known = MARKETS.map((one) => one.market).join(', ');
  throw invalid('/settings/market', 'unknown_market', 'The paper exchange has {known}.', { known });
}
