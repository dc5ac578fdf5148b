import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import {
  type Exact,
  exact,
  less,
  minus,
  ONE,
  of,
  over,
  percent,
  plus,
  power,
  same,
  times,
  toStep,
  ZERO,
} from './oracle-numbers.ts';
import { type OracleMarket, Prices } from './oracle-prices.ts';

export { exact, same } from './oracle-numbers.ts';

/*
 * A DCA bot as explained on a whiteboard, slow and obviously right: prices and quantities are exact
 * fractions of whole units, every rule is written out where it is used, and nothing of the engine is imported. Tests
 * hold the engine against it. Rules: trading.md 3.1 to 3.6, fills as in 8, but that the open is the first price and the
 * close the last: both are known, also to a take profit.
 */
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

/** One bot, and everything that it has open. */
class Oracle extends Prices {
  readonly fills: OracleFill[] = [];
  funding = ZERO;
  private trade = 0;
  private endedAt: number | undefined;
  /** What is held (bought, or sold short), what it cost, and all that was ever bought in this trade. */
  private quantity = ZERO;
  private cost = ZERO;
  private increased = ZERO;
  /** Funding that came out of the margin of what is held. */
  private owed = ZERO;
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
    settings: DcaSettings,
    market: OracleMarket,
    private readonly intervalMs: number,
  ) {
    super(settings, market);
  }

  candle(candle: OracleCandle, before: OracleCandle | undefined): void {
    const { at, open } = candle;
    const ends = at + this.intervalMs;
    if (before) this.pay(before.at, candle);
    if (this.flat) this.begin(candle);
    this.takeProfits(open, at);
    this.followPrice(open, at, at);
    const averaged = this.against(candle);
    this.followPrice(this.long ? candle.low : candle.high, at, ends);
    // After an averaging order the best price may be of before it; the last one is not.
    const best = this.long ? candle.high : candle.low;
    this.takeProfits(averaged ? candle.close : best, ends);
    if (!averaged) this.followPrice(best, at, ends);
    this.stopAtClose(candle, ends);
    this.followPrice(candle.close, at, ends);
  }

  private takeProfits(price: Exact, when: number): void {
    for (let first = this.targets[0]; first && !this.worse(price, first.price); first = this.targets[0])
      this.reduce('takeProfit', first.price, first.quantity, when, first.step);
  }

  private get flat() {
    return this.quantity.n === 0n;
  }
  private get average() {
    return over(this.cost, this.quantity);
  }
  private begin({ at, open }: OracleCandle): void {
    const { maxTrades, cooldownSeconds, minPrice, maxPrice, baseOrder } = this.settings;
    if (maxTrades !== undefined && this.trade >= maxTrades) return;
    if (cooldownSeconds && this.endedAt !== undefined && at < this.endedAt + cooldownSeconds * 1_000) return;
    if (minPrice !== undefined && less(open, exact(minPrice))) return;
    if (maxPrice !== undefined && less(exact(maxPrice), open)) return;
    const order = this.order(exact(baseOrder), open);
    if (!order.allowed || !this.couldBeClosed(open, order.quantity)) return;
    this.trade += 1;
    [this.done, this.steps, this.increased] = [0, 0, ZERO];
    this.basePrice = open;
    this.increase('base', open, order.quantity);
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

  private increase(kind: 'base' | 'averaging', price: Exact, quantity: Exact): void {
    this.book(kind, price, quantity);
    const kept = this.market.feeFromPurchase && this.long ? times(quantity, minus(ONE, this.fee)) : quantity;
    const got = plus(this.dust, kept);
    const sellable = toStep(got, exact(this.market.lot), false);
    this.dust = minus(got, sellable);
    this.quantity = plus(this.quantity, sellable);
    this.increased = plus(this.increased, sellable);
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
    const last = this.target(takeProfit.percent);
    if (stopLoss) {
      const from = { base: this.basePrice, average: this.average, lastFill: this.stopFill }[stopLoss.basis];
      const stop = this.tick(this.away(from, percent(stopLoss.percent)), this.long);
      if (stop.n > 0n) this.stop = stop;
    }
    // A rest that nobody could sell, at the last exit or at the stop, goes with the step before.
    const sold = this.targets.at(-1);
    if (sold && !(this.allowed(this.behind(last), rest) && (!this.stop || this.allowed(this.stop, rest))))
      sold.quantity = plus(sold.quantity, rest);
    else if (takeProfit.trailingPercent === undefined)
      this.targets.push({ price: last, quantity: rest, step: all.length + 1 });
    else this.trailFrom = last;
    if (!stopLoss) return;
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
    return this.targetOf(profit, { cost: this.cost, held: this.quantity, open: over(this.quantity, this.increased) });
  }
  /** `at`: when it has happened at the latest. */
  private reduce(kind: OracleFill['kind'], price: Exact, quantity: Exact, at: number, step = this.steps): void {
    this.book(kind, price, quantity);
    const rest = minus(this.quantity, quantity);
    this.owed = times(this.owed, over(rest, this.quantity));
    this.cost = minus(this.cost, times(this.average, quantity));
    this.quantity = rest;
    this.steps = step;
    this.targets = this.targets.filter((target) => target.step > step);
    if (!this.flat) return;
    [this.quantity, this.cost, this.owed, this.endedAt] = [ZERO, ZERO, ZERO, at];
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
    return this.best && this.behind(this.best);
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
    const ends = at + this.intervalMs;
    // What the open has passed already happened at the open.
    const when = (level: Exact) => (this.worse(level, open) ? ends : at);
    let averaged = false;
    while (!this.flat) {
      const stop = this.stops()[0];
      const averaging = this.nextAveraging();
      const events = [
        ...(stop
          ? [
              {
                price: stop.price,
                run: () => this.exit(stop.kind, this.worse(open, stop.price) ? open : stop.price, when(stop.price)),
              },
            ]
          : []),
        ...this.liquidation(when),
        ...(averaging
          ? [
              {
                price: averaging.price,
                run: () => {
                  averaged = true;
                  this.done += 1;
                  this.increase('averaging', averaging.price, averaging.quantity);
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

  private liquidation(when: (level: Exact) => number) {
    const { futures } = this.settings;
    if (!futures) return [];
    const maintained = of(this.market.maintenancePpm, 1_000_000);
    const price = this.tick(this.losing(minus(over(ONE, exact(futures.leverage)), maintained)), this.long);
    return [{ price, run: () => this.reduce('liquidation', this.bankrupt, this.quantity, when(price)) }];
  }

  /** Where so much of the cost, and the funding that was paid of it, is lost. */
  private losing(part: Exact): Exact {
    const owedEach = over(this.owed, this.quantity);
    const price = this.away(this.average, part);
    return this.long ? plus(price, owedEach) : minus(price, owedEach);
  }

  /** Where nothing is left of the margin; far below zero without one. */
  private get bankrupt(): Exact {
    const { futures } = this.settings;
    if (!futures) return of(this.long ? -1 : 10n ** 30n);
    return this.tick(this.losing(over(ONE, exact(futures.leverage))), !this.long);
  }

  /** At the market. Where the margin is used up there is nothing left to sell: it was liquidated before. */
  private exit(kind: OracleFill['kind'], price: Exact, at: number): void {
    const gone = !this.worse(this.bankrupt, price);
    if (gone) this.reduce('liquidation', this.bankrupt, this.quantity, at);
    else this.reduce(kind, price, this.quantity, at);
  }

  private stopAtClose({ close }: OracleCandle, ends: number): void {
    const stop = this.flat ? undefined : this.stops()[0];
    if (stop && !this.worse(stop.price, close)) this.reduce(stop.kind, stop.price, this.quantity, ends);
  }

  /** What a price says to whoever follows it; it came between `from` and `to`. */
  private followPrice(price: Exact, from: number, to: number): void {
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
    // It went beyond by `to` at the latest, and has been there for certain until `from`.
    this.beyondSince ??= to;
    if (from - this.beyondSince >= this.patience * 1_000) this.exit('stopLoss', price, from);
  }

  private pay(before: number, { at, open }: OracleCandle): void {
    const { futures } = this.settings;
    if (!futures || this.flat) return;
    const every = futures.fundingEveryHours * 3_600_000;
    const negative = futures.fundingRatePercent.startsWith('-');
    const rate = percent(futures.fundingRatePercent.replace('-', ''));
    for (let stamp = 0; stamp <= at; stamp += every) {
      if (stamp <= before) continue;
      const amount = times(times(open, this.quantity), rate);
      if (this.long === negative) {
        this.funding = plus(this.funding, amount);
        this.owed = less(this.owed, amount) ? ZERO : minus(this.owed, amount);
        continue;
      }
      const paid = this.payable(amount, open);
      this.funding = minus(this.funding, paid);
      this.owed = plus(this.owed, paid);
    }
  }

  /** No more than the margin is still worth at this price, rounded up to a millionth of tick times lot. */
  private payable(amount: Exact, price: Exact): Exact {
    const leverage = exact(this.settings.futures?.leverage ?? '1');
    const gain = minus(times(price, this.quantity), this.cost);
    const margin = minus(over(this.cost, leverage), this.owed);
    const left = this.long ? plus(margin, gain) : minus(margin, gain);
    if (left.n <= 0n) return ZERO;
    const smallest = over(times(exact(this.market.tick), exact(this.market.lot)), of(1_000_000));
    const most = toStep(left, smallest, true);
    return less(most, amount) ? most : amount;
  }
}

export function oracle(
  settings: DcaSettings,
  market: OracleMarket,
  candles: readonly OracleCandle[],
  intervalMs: number,
) {
  const bot = new Oracle(settings, market, intervalMs);
  for (const [index, candle] of candles.entries()) bot.candle(candle, candles[index - 1]);
  return { fills: bot.fills, funding: bot.funding };
}
