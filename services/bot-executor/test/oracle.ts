import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';

/*
 * A DCA bot as one would explain it at a whiteboard, slow and obviously right: prices and quantities are exact
 * fractions of whole units, every rule is written out where it is used, and nothing of the engine is imported. Tests
 * hold the engine against it. Rules: trading.md 3.1 to 3.6, fills as in 8.
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
  /** A purchase's fee is taken from what was bought. */
  feeFromPurchase: boolean;
  maintenancePpm: number;
}

export interface OracleFill {
  trade: number;
  kind: 'base' | 'averaging' | 'takeProfit' | 'stopLoss' | 'liquidation';
  price: Exact;
  quantity: Exact;
  fee: Exact;
}

export interface OracleCandle {
  at: number;
  open: Exact;
  high: Exact;
  low: Exact;
  close: Exact;
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
const percent = (text: string) => over(exact(text), of(100));

function power(scale: string, exponent: number): Exact {
  let result = ONE;
  for (let i = 0; i < exponent; i += 1) result = times(result, exact(scale));
  return result;
}

/** One bot, and everything that it has open. */
class Oracle {
  readonly fills: OracleFill[] = [];
  funding = ZERO;
  private trade = 0;
  private endedAt: number | undefined;
  /** What is held (bought, or sold short), what it cost, and all that was ever bought in this trade. */
  private quantity = ZERO;
  private cost = ZERO;
  private entered = ZERO;
  /** What is too little to sell. */
  private dust = ZERO;
  private basePrice = ZERO;
  private lastPrice = ZERO;
  /** Averaging orders that were filled or skipped, and steps of the take profit that were filled. */
  private done = 0;
  private steps = 0;
  private targets: { price: Exact; quantity: Exact; step: number }[] = [];
  private stop: Exact | undefined;
  private trailFrom: Exact | undefined;
  private best: Exact | undefined;
  private breakEvenFrom: Exact | undefined;
  private beyondSince: number | undefined;

  constructor(
    private readonly settings: DcaSettings,
    private readonly market: OracleMarket,
  ) {}

  candle(candle: OracleCandle, before: OracleCandle | undefined): void {
    if (before) this.pay(before.at, candle);
    if (this.flat) this.begin(candle);
    this.look(candle.open, candle.at);
    const averaged = this.against(candle);
    this.look(this.long ? candle.low : candle.high, candle.at);
    if (!averaged && !this.flat) {
      const best = this.long ? candle.high : candle.low;
      for (let first = this.targets[0]; first && !this.worse(best, first.price); first = this.targets[0])
        this.leave('takeProfit', first.price, first.quantity, candle.at, first.step);
      this.look(best, candle.at);
    }
    this.stopAtClose(candle);
    this.look(candle.close, candle.at);
  }

  private get long() {
    return this.settings.direction === 'long';
  }
  private get flat() {
    return this.quantity.n === 0n;
  }
  private get average() {
    return over(this.cost, this.quantity);
  }
  private get fee() {
    return of(this.market.feePpm, 1_000_000);
  }

  /** For whoever holds the position. */
  private worse(price: Exact, than: Exact) {
    return this.long ? less(price, than) : less(than, price);
  }
  /** Away from a price towards the losing side (or, with a negative part, towards profit). */
  private away(price: Exact, part: Exact) {
    return times(price, this.long ? minus(ONE, part) : plus(ONE, part));
  }
  private tick(price: Exact, up: boolean) {
    return price.n < 0n ? price : toStep(price, exact(this.market.tick), up);
  }

  private order(quote: Exact, price: Exact) {
    const quantity = price.n <= 0n ? ZERO : toStep(over(quote, price), exact(this.market.lot), false);
    return { price, quantity, allowed: this.allowed(price, quantity) };
  }
  private allowed(price: Exact, quantity: Exact) {
    const { minQuantity, minNotional } = this.market;
    return !less(quantity, exact(minQuantity)) && !less(times(price, quantity), exact(minNotional));
  }

  private begin({ at, open }: OracleCandle): void {
    const { maxTrades, cooldownSeconds, minPrice, maxPrice, baseOrder } = this.settings;
    if (maxTrades !== undefined && this.trade >= maxTrades) return;
    if (cooldownSeconds && this.endedAt !== undefined && at < this.endedAt + cooldownSeconds * 1_000) return;
    if (minPrice !== undefined && less(open, exact(minPrice))) return;
    if (maxPrice !== undefined && less(exact(maxPrice), open)) return;
    const order = this.order(exact(baseOrder), open);
    if (!order.allowed) return;
    this.trade += 1;
    [this.done, this.steps, this.entered] = [0, 0, ZERO];
    this.basePrice = open;
    this.enter('base', open, order.quantity);
  }

  /** Averaging order k, 1 to N. */
  private averaging(k: number) {
    const { size, deviationPercent, stepScale, volumeScale, deviationFrom } = this.settings.averagingOrders;
    const step = (i: number) => times(percent(deviationPercent), power(stepScale, i));
    let part = ZERO;
    if (deviationFrom === 'lastFill') part = step(k - 1);
    else for (let i = 0; i < k; i += 1) part = plus(part, step(i));
    const from = deviationFrom === 'lastFill' ? this.lastPrice : this.basePrice;
    return this.order(times(exact(size), power(volumeScale, k - 1)), this.tick(this.away(from, part), !this.long));
  }

  /** The next one that may be placed; those below the market's minimum are skipped. */
  private nextAveraging() {
    const { count, deviationFrom } = this.settings.averagingOrders;
    for (; !this.flat && this.done < count; this.done += 1) {
      const order = this.averaging(this.done + 1);
      if (order.allowed) return order;
      if (deviationFrom === 'lastFill') this.lastPrice = order.price;
    }
    return undefined;
  }

  private enter(kind: 'base' | 'averaging', price: Exact, quantity: Exact): void {
    this.book(kind, price, quantity);
    const kept = this.market.feeFromPurchase && this.long ? times(quantity, minus(ONE, this.fee)) : quantity;
    const got = plus(this.dust, kept);
    const sellable = toStep(got, exact(this.market.lot), false);
    this.dust = minus(got, sellable);
    this.quantity = plus(this.quantity, sellable);
    this.entered = plus(this.entered, sellable);
    this.cost = plus(this.cost, times(price, quantity));
    this.lastPrice = price;
    this.setExits();
  }

  private setExits(): void {
    const { takeProfit, stopLoss } = this.settings;
    const all = takeProfit.steps ?? [];
    [this.best, this.beyondSince, this.stop, this.breakEvenFrom, this.trailFrom] = [
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ];
    this.targets = [];
    let shares = ONE;
    for (const { sharePercent } of all.slice(0, this.steps)) shares = minus(shares, percent(sharePercent));
    let rest = this.quantity;
    for (let i = this.steps; i < all.length; i += 1) {
      const { percent: profit, sharePercent } = all[i] as (typeof all)[0];
      const wanted = over(times(this.quantity, percent(sharePercent)), shares);
      const quantity = toStep(wanted, exact(this.market.lot), false);
      const price = this.target(profit);
      if (!this.allowed(price, quantity)) continue;
      this.targets.push({ price, quantity, step: i + 1 });
      rest = minus(rest, quantity);
    }
    if (takeProfit.trailingPercent === undefined)
      this.targets.push({ price: this.target(takeProfit.percent), quantity: rest, step: all.length + 1 });
    else this.trailFrom = this.target(takeProfit.percent);
    if (!stopLoss) return;
    const from = { base: this.basePrice, average: this.average, lastFill: this.stopFill }[stopLoss.basis];
    const stop = this.tick(this.away(from, percent(stopLoss.percent)), this.long);
    if (stop.n > 0n) this.stop = stop;
    if (stopLoss.breakEvenAtPercent !== undefined)
      this.breakEvenFrom = this.tick(
        this.away(this.average, times(of(-1), percent(stopLoss.breakEvenAtPercent))),
        this.long,
      );
  }

  /** The last entry that was really filled. */
  private get stopFill() {
    return this.fills.findLast(({ kind }) => kind === 'base' || kind === 'averaging')?.price ?? ZERO;
  }

  private target(profit: string): Exact {
    const { basis, includeFees } = this.settings.takeProfit;
    const fee = includeFees ? this.fee : ZERO;
    const open = over(this.quantity, this.entered);
    const of_ = basis === 'average' ? this.cost : times(exact(this.settings.baseOrder), open);
    const entryFee = this.market.feeFromPurchase ? ZERO : fee;
    const gain = plus(times(of_, percent(profit)), times(this.cost, entryFee));
    const price = this.long
      ? over(plus(this.cost, gain), times(this.quantity, minus(ONE, fee)))
      : over(minus(this.cost, gain), times(this.quantity, plus(ONE, fee)));
    // A short cannot be bought back below zero: such an order never fills.
    return this.tick(price, this.long);
  }

  private leave(kind: OracleFill['kind'], price: Exact, quantity: Exact, at: number, step = this.steps): void {
    this.book(kind, price, quantity);
    this.cost = minus(this.cost, times(this.average, quantity));
    this.quantity = minus(this.quantity, quantity);
    this.steps = step;
    this.targets = this.targets.filter((target) => target.step > step);
    if (!this.flat) return;
    [this.quantity, this.cost, this.endedAt] = [ZERO, ZERO, at];
    [this.stop, this.best, this.trailFrom, this.breakEvenFrom] = [undefined, undefined, undefined, undefined];
    [this.targets, this.beyondSince] = [[], undefined];
  }

  private book(kind: OracleFill['kind'], price: Exact, quantity: Exact): void {
    this.fills.push({ trade: this.trade, kind, price, quantity, fee: times(times(price, quantity), this.fee) });
  }

  private get patience() {
    return this.settings.stopLoss?.timeoutSeconds;
  }
  private get trailStop(): Exact | undefined {
    const { trailingPercent } = this.settings.takeProfit;
    if (!this.best || trailingPercent === undefined) return undefined;
    const tick = exact(this.market.tick);
    const behind = this.tick(this.away(this.best, percent(trailingPercent)), this.long);
    const nearest = this.long ? minus(this.best, tick) : plus(this.best, tick);
    return this.worse(behind, nearest) ? behind : nearest;
  }

  /** What a price that runs against the trade meets first. */
  private stops() {
    const found: { kind: 'takeProfit' | 'stopLoss'; price: Exact }[] = [];
    const trail = this.trailStop;
    if (trail) found.push({ kind: 'takeProfit', price: trail });
    if (this.stop && this.patience === undefined) found.push({ kind: 'stopLoss', price: this.stop });
    // At the same price the trailing exit comes first.
    return found.sort((a, b) => (same(a.price, b.price) ? 0 : this.worse(a.price, b.price) ? 1 : -1));
  }

  private against({ at, open, high, low }: OracleCandle): boolean {
    const worst = this.long ? low : high;
    let averaged = false;
    while (!this.flat) {
      const stop = this.stops()[0];
      const averaging = this.nextAveraging();
      const events = [
        ...(stop
          ? [
              {
                price: stop.price,
                run: () => this.leave(stop.kind, this.worse(open, stop.price) ? open : stop.price, this.quantity, at),
              },
            ]
          : []),
        ...this.liquidation(at),
        ...(averaging
          ? [
              {
                price: averaging.price,
                run: () => {
                  averaged = true;
                  this.done += 1;
                  this.enter('averaging', averaging.price, averaging.quantity);
                },
              },
            ]
          : []),
      ].filter(({ price }) => !this.worse(price, worst));
      const first = events.sort((a, b) => (same(a.price, b.price) ? 0 : this.worse(a.price, b.price) ? 1 : -1))[0];
      if (!first) break;
      first.run();
    }
    return averaged;
  }

  private liquidation(at: number) {
    const { futures } = this.settings;
    if (!futures) return [];
    const margin = over(ONE, exact(futures.leverage));
    const kept = minus(margin, of(this.market.maintenancePpm, 1_000_000));
    const price = this.tick(this.away(this.average, kept), this.long);
    const bankrupt = this.tick(this.away(this.average, margin), !this.long);
    return [{ price, run: () => this.leave('liquidation', bankrupt, this.quantity, at) }];
  }

  private stopAtClose({ at, close }: OracleCandle): void {
    const stop = this.flat ? undefined : this.stops()[0];
    if (stop && !this.worse(stop.price, close)) this.leave(stop.kind, stop.price, this.quantity, at);
  }

  /** What a price says to whoever follows it. */
  private look(price: Exact, at: number): void {
    if (this.flat) return;
    const reached = (level: Exact | undefined) => level && !this.worse(price, level);
    if (reached(this.trailFrom) && (!this.best || this.worse(this.best, price))) this.best = price;
    if (reached(this.breakEvenFrom)) {
      this.breakEvenFrom = undefined;
      const entryFee = this.market.feeFromPurchase ? ZERO : this.fee;
      const paid = this.long
        ? over(plus(ONE, entryFee), minus(ONE, this.fee))
        : over(minus(ONE, this.fee), plus(ONE, this.fee));
      const even = this.tick(times(this.average, paid), this.long);
      if (!this.stop || this.worse(this.stop, even)) {
        this.stop = even;
        this.beyondSince = undefined;
      }
    }
    if (!this.stop || this.patience === undefined) return;
    if (this.worse(this.stop, price)) {
      this.beyondSince = undefined;
      return;
    }
    this.beyondSince ??= at;
    if (at - this.beyondSince >= this.patience * 1_000) this.leave('stopLoss', price, this.quantity, at);
  }

  private pay(before: number, { at, open }: OracleCandle): void {
    const { futures } = this.settings;
    if (!futures || this.flat) return;
    const every = futures.fundingEveryHours * 3_600_000;
    const negative = futures.fundingRatePercent.startsWith('-');
    const rate = percent(futures.fundingRatePercent.replace('-', ''));
    for (let stamp = 0; stamp <= at; stamp += every) {
      if (stamp <= before) continue;
      const paid = times(times(open, this.quantity), rate);
      this.funding = this.long === negative ? plus(this.funding, paid) : minus(this.funding, paid);
    }
  }
}

export function oracle(settings: DcaSettings, market: OracleMarket, candles: readonly OracleCandle[]) {
  const bot = new Oracle(settings, market);
  for (const [index, candle] of candles.entries()) bot.candle(candle, candles[index - 1]);
  return { fills: bot.fills, funding: bot.funding };
}
