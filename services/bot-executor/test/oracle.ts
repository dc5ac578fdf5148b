import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';

/*
 * A DCA bot as one would explain it at a whiteboard, slow and obviously right: prices and quantities are exact
 * fractions of whole units, every rule is written out where it is used, and nothing of the engine is imported. Tests
 * hold the engine against it. Rules: trading.md 3.1 to 3.4, fills as in 8.
 */
export interface Exact {
  n: bigint;
  d: bigint;
}

export interface OracleMarket {
  tick: string;
  lot: string;
  minQuantity: string;
  minNotional: string;
  feePpm: number;
}

export interface OracleFill {
  trade: number;
  kind: 'base' | 'averaging' | 'takeProfit';
  price: Exact;
  quantity: Exact;
  fee: Exact;
}

export interface OracleCandle {
  open: Exact;
  high: Exact;
  low: Exact;
}

const of = (n: bigint | number, d: bigint | number = 1): Exact => ({ n: BigInt(n), d: BigInt(d) });
export function exact(text: string): Exact {
  const [whole = '0', decimals = ''] = text.split('.');
  return of(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
}
const plus = (a: Exact, b: Exact) => of(a.n * b.d + b.n * a.d, a.d * b.d);
const minus = (a: Exact, b: Exact) => of(a.n * b.d - b.n * a.d, a.d * b.d);
export const times = (a: Exact, b: Exact) => of(a.n * b.n, a.d * b.d);
const over = (a: Exact, b: Exact) => (b.n < 0n ? of(-a.n * b.d, -a.d * b.n) : of(a.n * b.d, a.d * b.n));
const less = (a: Exact, b: Exact) => a.n * b.d < b.n * a.d;
export const same = (a: Exact, b: Exact) => a.n * b.d === b.n * a.d;

/** Down, or up, to a whole number of steps. Never asked for anything below zero. */
function toStep(value: Exact, step: Exact, up: boolean): Exact {
  const steps = over(value, step);
  const down = steps.n / steps.d;
  return times(of(up && down * steps.d !== steps.n ? down + 1n : down), step);
}

const ZERO = of(0);
const ONE = of(1);
const HUNDRED = of(100);

interface Order {
  price: Exact;
  quantity: Exact;
}

export function oracle(settings: BotSettings, market: OracleMarket, candles: readonly OracleCandle[]) {
  const long = settings.direction === 'long';
  const { count, size, deviationPercent, stepScale, volumeScale, deviationFrom } = settings.averagingOrders;
  const [tick, lot] = [exact(market.tick), exact(market.lot)];
  const fills: OracleFill[] = [];
  let trade = 0;
  /** What is held: bought (or sold short), and what it cost. */
  let [quantity, cost] = [ZERO, ZERO];
  let basePrice = ZERO;
  let lastPrice = ZERO;
  /** Averaging orders that were filled or skipped. */
  let done = 0;

  const allowed = ({ price, quantity: wanted }: Order) =>
    !less(wanted, exact(market.minQuantity)) && !less(times(price, wanted), exact(market.minNotional));

  const orderFor = (quote: Exact, price: Exact): Order => ({
    price,
    quantity: price.n <= 0n ? ZERO : toStep(over(quote, price), lot, false),
  });

  const power = (scale: string, exponent: number) => {
    let result = ONE;
    for (let i = 0; i < exponent; i += 1) result = times(result, exact(scale));
    return result;
  };

  /** Averaging order k, 1 to N. */
  function averagingOrder(k: number): Order {
    let percent = ZERO;
    if (deviationFrom === 'lastFill') percent = times(exact(deviationPercent), power(stepScale, k - 1));
    else for (let i = 0; i < k; i += 1) percent = plus(percent, times(exact(deviationPercent), power(stepScale, i)));
    const part = over(percent, HUNDRED);
    const from = deviationFrom === 'lastFill' ? lastPrice : basePrice;
    const price = toStep(times(from, long ? minus(ONE, part) : plus(ONE, part)), tick, !long);
    return orderFor(times(exact(size), power(volumeScale, k - 1)), price);
  }

  /** The next averaging order that may be placed; those below the market's minimum are skipped. */
  function nextAveraging(): Order | undefined {
    while (done < count) {
      const order = averagingOrder(done + 1);
      if (allowed(order)) return order;
      done += 1;
      lastPrice = order.price;
    }
    return undefined;
  }

  function takeProfitPrice(): Exact {
    const profit = over(exact(settings.takeProfit.percent), HUNDRED);
    const fee = settings.takeProfit.includeFees ? of(market.feePpm, 1_000_000) : ZERO;
    const basis = settings.takeProfit.basis === 'average' ? cost : exact(settings.baseOrder);
    const gain = plus(times(basis, profit), times(cost, fee));
    const price = long
      ? over(plus(cost, gain), times(quantity, minus(ONE, fee)))
      : over(minus(cost, gain), times(quantity, plus(ONE, fee)));
    // A short cannot be bought back below zero: such an order never fills.
    return price.n < 0n ? price : toStep(price, tick, long);
  }

  function fill(kind: OracleFill['kind'], order: Order): void {
    const value = times(order.price, order.quantity);
    fills.push({ trade, kind, ...order, fee: times(value, of(market.feePpm, 1_000_000)) });
    if (kind === 'takeProfit') {
      [quantity, cost] = [ZERO, ZERO];
      return;
    }
    quantity = plus(quantity, order.quantity);
    cost = plus(cost, value);
    lastPrice = order.price;
  }

  for (const { open, high, low } of candles) {
    if (quantity.n === 0n) {
      const order = orderFor(exact(settings.baseOrder), open);
      trade += allowed(order) ? 1 : 0;
      if (!allowed(order)) continue;
      done = 0;
      basePrice = open;
      fill('base', order);
    }
    let averaged = false;
    for (let order = nextAveraging(); order; order = nextAveraging()) {
      if (long ? less(order.price, low) : less(high, order.price)) break;
      fill('averaging', order);
      done += 1;
      averaged = true;
    }
    const price = takeProfitPrice();
    if (!averaged && !(long ? less(high, price) : less(price, low))) fill('takeProfit', { price, quantity });
  }
  return fills;
}
