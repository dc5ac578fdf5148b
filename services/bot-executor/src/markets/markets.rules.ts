import { div, type Fraction, floor, fraction, mul, toText, whole } from '../engine/exact.rules.ts';

/** A pair of the paper exchange. Prices are whole ticks and quantities whole lots everywhere inside. */
export interface MarketRules {
  market: string;
  base: string;
  quote: string;
  tickSize: string;
  lotSize: string;
  minQuantity: string;
  minNotional: string;
  /** Fee of a fill in millionths of its value, paid in the quote currency. */
  feePpm: number;
}

export const MARKETS: readonly MarketRules[] = [
  {
    market: 'BTC-USDT',
    base: 'BTC',
    quote: 'USDT',
    tickSize: '0.1',
    lotSize: '0.00001',
    minQuantity: '0.00001',
    minNotional: '5',
    feePpm: 1_000,
  },
  {
    market: 'ETH-USDT',
    base: 'ETH',
    quote: 'USDT',
    tickSize: '0.01',
    lotSize: '0.0001',
    minQuantity: '0.0001',
    minNotional: '5',
    feePpm: 1_000,
  },
];

export const findMarket = (name: string): MarketRules | undefined => MARKETS.find(({ market }) => market === name);

/** Undefined when the price is not a whole number of ticks. */
export function toTicks(market: MarketRules, price: string): bigint | undefined {
  const ticks = div(fraction(price), fraction(market.tickSize));
  return ticks.n % ticks.d === 0n ? floor(ticks) : undefined;
}

export const priceText = (market: MarketRules, ticks: bigint): string =>
  toText(mul(whole(ticks), fraction(market.tickSize)));
export const quantityText = (market: MarketRules, lots: bigint): string =>
  toText(mul(whole(lots), fraction(market.lotSize)));

/*
 * Money is counted in millionths of tick × lot, so that a fill's value and its fee are both whole: value = ticks ×
 * lots × 10⁶, fee = ticks × lots × ppm.
 */
const MICRO = 1_000_000n;
export const fillValue = (ticks: bigint, lots: bigint): bigint => ticks * lots * MICRO;
export const fillFee = (market: MarketRules, ticks: bigint, lots: bigint): bigint =>
  ticks * lots * BigInt(market.feePpm);

/** The value of one tick × lot in the quote currency. */
export const unitValue = (market: MarketRules): Fraction => mul(fraction(market.tickSize), fraction(market.lotSize));

export const moneyText = (market: MarketRules, units: bigint): string =>
  toText(mul({ n: units, d: MICRO }, unitValue(market)), 18);
