import type { Market } from '@tidegate/contracts/bot-executor/markets';
import { ceil, div, type Fraction, floor, fraction, mul, toText, whole } from '../kernel/exact.rules.ts';
import { type VenueRules, type VenueTerms, venueRules } from './venue.rules.ts';

/*
 * Inside, prices are whole ticks, quantities whole lots, and values whole tick × lots of a market. Money is counted in
 * millionths of tick × lot, so that a fill's value and its fee (in millionths of its value) are both whole:
 * value = ticks × lots × 10⁶, fee = ticks × lots × ppm. Decimal text exists at the edges only: contracts and rows.
 */
export interface MarketRules {
  market: string;
  /** Grows whenever the rules of the market of this name change. */
  version: number;
  base: string;
  quote: string;
  tickSize: string;
  lotSize: string;
  minQuantity: string;
  minNotional: string;
  /** Fee of a fill in millionths of its value, paid in the quote currency. */
  feePpm: number;
  /**
   * What fees are taken from: always the quote currency; what a fill brings (of a purchase the base currency, so that less
   * is held than was bought); or a third currency at a price in the quote currency.
   */
  feeFrom: 'quote' | 'received' | { currency: string; price: Fraction };
  /** Least margin of an open future in millionths of its value. */
  maintenancePpm: number;
  bundled: boolean;
  tick: Fraction;
  lot: Fraction;
  /** What one tick × lot is worth in the quote currency. */
  unit: Fraction;
  minLots: bigint;
  /** Smallest tick × lots of an order. */
  minValue: bigint;
  venue: VenueRules | undefined;
}

const wholeOf = (value: Fraction): bigint | undefined => (value.n % value.d === 0n ? value.n / value.d : undefined);

type Given = Omit<MarketRules, 'version' | 'tick' | 'lot' | 'unit' | 'minLots' | 'minValue' | 'venue'> & {
  version?: number;
  venueTerms?: VenueTerms | undefined;
};

export function marketRules({ venueTerms, ...given }: Given): MarketRules {
  const [tick, lot] = [fraction(given.tickSize), fraction(given.lotSize)];
  const unit = mul(tick, lot);
  return {
    ...given,
    version: given.version ?? 1,
    tick,
    lot,
    unit,
    // Where fees are taken from the purchase, one lot more: something must be left to sell.
    minLots: ceil(div(fraction(given.minQuantity), lot)) + (given.feeFrom === 'received' ? 1n : 0n),
    minValue: ceil(div(fraction(given.minNotional), unit)),
    venue: venueTerms && venueRules(venueTerms, { quote: given.quote, tick, lot, unit }),
  };
}

/** As the API and stored rows say it: exact texts, from which the rules follow. */
export type MarketTerms = Omit<Market, 'custom' | 'maxPrice'> & { venue?: VenueTerms };

const PPM_PER_PERCENT = 10_000n;

export function rulesOf(terms: MarketTerms): MarketRules {
  const { market, version, base, quote, tickSize, lotSize, minQuantity, minNotional, bundled } = terms;
  const ppm = (percent: string) => Number(wholeOf(mul(fraction(percent), whole(PPM_PER_PERCENT))));
  return marketRules({
    market,
    version,
    base,
    quote,
    tickSize,
    lotSize,
    minQuantity,
    minNotional,
    feePpm: ppm(terms.feePercent),
    feeFrom: 'quote',
    maintenancePpm: ppm(terms.maintenanceMarginPercent),
    bundled,
    venueTerms: terms.venue,
  });
}

export function termsOf(rules: MarketRules): MarketTerms {
  const { market, version, base, quote, tickSize, lotSize, minQuantity, minNotional, bundled } = rules;
  const percent = (ppm: number) => toText({ n: BigInt(ppm), d: PPM_PER_PERCENT });
  return {
    market,
    version,
    base,
    quote,
    tickSize,
    lotSize,
    minQuantity,
    minNotional,
    feePercent: percent(rules.feePpm),
    maintenanceMarginPercent: percent(rules.maintenancePpm),
    bundled,
    ...(rules.venue ? { venue: rules.venue.terms } : {}),
  };
}

/** Undefined when the price is not a whole number of ticks. */
export const toTicks = ({ tick }: MarketRules, price: string): bigint | undefined =>
  wholeOf(div(fraction(price), tick));
export const toLots = ({ lot }: MarketRules, quantity: string): bigint | undefined =>
  wholeOf(div(fraction(quantity), lot));

export const priceText = ({ tick }: MarketRules, ticks: bigint): string => toText(mul(whole(ticks), tick));
export const quantityText = ({ lot }: MarketRules, lots: bigint): string => toText(mul(whole(lots), lot));

/** Quantity in lots of an order of `size` tick × lots; rounded down, never up to a minimum. */
export const lotsFor = (size: Fraction, ticks: bigint): bigint =>
  ticks <= 0n ? 0n : floor({ n: size.n, d: size.d * ticks });

export const meetsMinimum = ({ minLots, minValue }: MarketRules, ticks: bigint, lots: bigint): boolean =>
  lots >= minLots && ticks * lots >= minValue;

const MICRO = 1_000_000n;
export const fillValue = (ticks: bigint, lots: bigint): bigint => ticks * lots * MICRO;
export const fillFee = ({ feePpm }: MarketRules, ticks: bigint, lots: bigint): bigint => ticks * lots * BigInt(feePpm);

export const moneyOf = ({ unit }: MarketRules, money: bigint): Fraction => mul({ n: money, d: MICRO }, unit);
/** Exact: a unit of money has at most as many decimals as tick, lot and a millionth together. */
export const moneyText = (market: MarketRules, money: bigint): string => toText(moneyOf(market, money), 24);

/** Money as it was written by `moneyText`. */
export function toMoney({ unit }: MarketRules, text: string): bigint {
  const money = wholeOf(div(mul(fraction(text), whole(MICRO)), unit));
  if (money === undefined) throw new Error(`${text} is no whole number of money units.`);
  return money;
}

/** Average price of tick × lots over lots. */
export const averageText = ({ tick }: MarketRules, value: Fraction, lots: bigint): string =>
  lots === 0n ? '0' : toText(mul(div(value, whole(lots)), tick));
