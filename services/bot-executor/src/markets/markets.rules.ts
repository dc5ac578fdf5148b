import { ceil, div, type Fraction, fraction, mul, toText, whole } from '../engine/exact.rules.ts';

/*
 * Inside, prices are whole ticks, quantities whole lots, and values whole tick × lots of a market. Money is counted in
 * millionths of tick × lot, so that a fill's value and its fee (in millionths of its value) are both whole:
 * value = ticks × lots × 10⁶, fee = ticks × lots × ppm. Decimal text exists at the edges only: contracts and rows.
 */
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
}

type Given = Omit<MarketRules, 'tick' | 'lot' | 'unit' | 'minLots' | 'minValue'>;

export function marketRules(given: Given): MarketRules {
  const [tick, lot] = [fraction(given.tickSize), fraction(given.lotSize)];
  const unit = mul(tick, lot);
  return {
    ...given,
    tick,
    lot,
    unit,
    // Where fees are taken from the purchase, one lot more: something must be left to sell.
    minLots: ceil(div(fraction(given.minQuantity), lot)) + (given.feeFrom === 'received' ? 1n : 0n),
    minValue: ceil(div(fraction(given.minNotional), unit)),
  };
}

/** Steps as large exchanges have them, the fee of their first tier (0.1 % of every fill), and 0.5 % maintenance margin. */
const pair = (name: string, tickSize: string, lotSize: string, bundled = false): MarketRules => {
  const [base = '', quote = ''] = name.split('-');
  return marketRules({
    market: name,
    base,
    quote,
    tickSize,
    lotSize,
    minQuantity: lotSize,
    minNotional: '5',
    feePpm: 1_000,
    feeFrom: 'quote',
    maintenancePpm: 5_000,
    bundled,
  });
};

export const MARKETS: readonly MarketRules[] = [
  pair('BTC-USDT', '0.01', '0.00001', true),
  pair('ETH-USDT', '0.01', '0.0001', true),
  pair('SOL-USDT', '0.01', '0.001'),
  pair('XRP-USDT', '0.0001', '0.1'),
  pair('DOGE-USDT', '0.00001', '1'),
];

export const findMarket = (name: string): MarketRules | undefined => MARKETS.find(({ market }) => market === name);

/** The market by its name from a stored row: it was there when the row was written. */
export function knownMarket(name: string): MarketRules {
  const market = findMarket(name);
  if (!market) throw new Error(`The market ${name} is gone from the paper exchange.`);
  return market;
}

const wholeOf = (value: Fraction): bigint | undefined => (value.n % value.d === 0n ? value.n / value.d : undefined);

/** Undefined when the price is not a whole number of ticks. */
export const toTicks = ({ tick }: MarketRules, price: string): bigint | undefined =>
  wholeOf(div(fraction(price), tick));
export const toLots = ({ lot }: MarketRules, quantity: string): bigint | undefined =>
  wholeOf(div(fraction(quantity), lot));

export const priceText = ({ tick }: MarketRules, ticks: bigint): string => toText(mul(whole(ticks), tick));
export const quantityText = ({ lot }: MarketRules, lots: bigint): string => toText(mul(whole(lots), lot));

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
