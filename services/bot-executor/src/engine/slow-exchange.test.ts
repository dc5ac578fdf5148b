import fc from 'fast-check';
import { enough, runs } from '../../test/long.ts';
import { anySettings, COARSE, DEMANDING } from '../../test/markets.ts';
import { anyMartingale, warmedUp } from '../../test/martingale.ts';
import { randomOf } from '../../test/slow-exchange.ts';
import { NOTHING_SEEN, type Seen, SlowRun } from '../../test/slow-run.ts';
import { compare, mul, whole } from '../kernel/exact.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { moneyOf } from '../markets/markets.rules.ts';
import { martingalePlanOf } from '../martingale/plan.rules.ts';
import { decide } from '../strategies/decide.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';
import { readState, writeState } from '../strategies/stored-state.rules.ts';
import { isClosed, worthAt } from '../trades/trade-summary.rules.ts';
import { entriesOf, Wallet } from '../trades/wallet.rules.ts';
import { INITIAL, type Intent, type State } from './state.rules.ts';

/* On a slow exchange, which itself checks at every moment that nothing is oversold. */

interface PricePath {
  start: number;
  steps: number;
  /** Part of the price that a minute moves it by, at most. */
  wild: number;
}

function advance(plan: Plan, seed: number, { start, steps, wild }: PricePath, begin: State): SlowRun {
  const random = randomOf(seed);
  const run = new SlowRun(plan, random, begin);
  let price = start;
  for (let step = 0; step < steps; step += 1) {
    price += price * wild * (2 * random() - 1) + (start - price) * 0.03;
    const ticks = BigInt(Math.round(price));
    run.pass(ticks);
    const fate = random();
    if (fate < 0.01) run.end(fate < 0.002 ? 'liquidation' : 'close', ticks);
    if (step % 50 === 49) expectWorth(run, plan, ticks);
  }
  const last = BigInt(Math.round(price));
  run.rest(last);
  expectWorth(run, plan, last);
  return run;
}

/** Of what was reported: the wallet has changed by profit and open profit, exactly. */
function expectWorth({ journal }: SlowRun, { market, long }: Plan, ticks: bigint): void {
  const wallet = new Wallet();
  for (const { fill } of journal.fills) for (const entry of entriesOf(market, fill)) wallet.add(entry);
  const summary = [...journal.trades.values()].at(-1);
  const open = summary && !isClosed(summary) ? worthAt(summary, ticks, long, 0) : 0n;
  const prices = new Map([
    [market.quote, whole(1)],
    [market.base, mul(whole(ticks), market.tick)],
  ]);
  expect(compare(wallet.worth(prices), moneyOf(market, journal.totals.profit + open))).toBe(0);
}

/** Flat, nothing left, and every fill of the exchange is in the books once. */
function expectFinished({ state, exchange, journal, intents }: SlowRun): void {
  expect([exchange.isIdle, exchange.position, state.position.lots]).toEqual([true, 0n, 0n]);
  expect([state.orders, state.pendingCancels, state.deferred]).toEqual([[], [], []]);
  const booked = journal.fills.map(({ fill: { id, order, ticks, lots } }) => ({ id, key: order.key, ticks, lots }));
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  expect(booked.sort(byId)).toEqual([...exchange.executions].sort(byId));
  expect(journal.totals.closedTrades).toBe(journal.trades.size);
  expect(journal.totals.balance).toBe(journal.totals.profit);
  expect(journal.ledger.reduce((sum, { amount }) => sum + amount, 0n)).toBe(journal.totals.profit);
  const placed = intents.flatMap((one) => (one.type === 'place' ? [one.order.key] : []));
  expect(new Set(placed).size).toBe(placed.length);
}

/** Deciding on the same events again, from what was written down after each report. */
function expectReplayed(run: SlowRun, plan: Plan, begin: State): void {
  let state = begin;
  const intents: Intent[] = [];
  for (const event of run.events) {
    const decision = decide(state, event, plan);
    intents.push(...decision.intents);
    const { state: after } = decision;
    const isReport =
      after !== state && (event.type === 'fill' || event.type === 'cancelled' || event.type === 'rejected');
    state = isReport ? readState(JSON.parse(writeState(after, plan.market)), plan.market) : after;
  }
  expect(intents).toEqual(run.intents);
  expect(state).toEqual(run.state);
}

const sum = (a: Seen, b: Seen): Seen =>
  Object.fromEntries(
    Object.entries(a).map(([what, times]) => [what, times + b[what as keyof Seen]]),
  ) as unknown as Seen;

/** Runs that end as they must; what they have seen, and trades. */
function judged<Given>(
  settings: fc.Arbitrary<Given>,
  one: (given: Given) => { plan: Plan; begin: State; path: PricePath },
  examples: [Given, number][] = [],
) {
  let seen: Seen = NOTHING_SEEN;
  let trades = 0;
  fc.assert(
    fc.property(settings, fc.integer(), (given, seed) => {
      const { plan, begin, path } = one(given);
      const run = advance(plan, seed, path, begin);
      expectFinished(run);
      expectReplayed(run, plan, begin);
      trades += run.journal.totals.closedTrades;
      seen = sum(seen, run.seen);
    }),
    { numRuns: runs(500), examples },
  );
  return { trades, ...seen };
}

test('DCA, random settings: nothing is oversold, no fill is lost, the books are exact, all ends flat', () => {
  const free = { minPrice: undefined, maxPrice: undefined, maxTrades: undefined };
  const path = { start: 200, steps: 150, wild: 0.05 };
  const seen = judged(anySettings, (given) => ({
    plan: planOf({ ...given, ...free }, COARSE),
    begin: INITIAL,
    path,
  }));
  // Otherwise nothing was tried.
  expect(Math.min(seen.trades, seen.late, seen.repeated)).toBeGreaterThan(enough(1_000));
  expect(Math.min(seen.lateEntries, seen.reopened, seen.cut)).toBeGreaterThan(enough(30));
  expect(Math.min(seen.rejected, seen.overdue)).toBeGreaterThan(enough(200));
});

test('where an exchange has price steps, a band, largest sizes, few orders and tiers, every order keeps to them', () => {
  const free = { minPrice: undefined, maxPrice: undefined, maxTrades: undefined };
  const path = { start: 2_000, steps: 150, wild: 0.05 };
  const seen = judged(anySettings, (given) => ({
    plan: planOf({ ...given, ...free }, DEMANDING),
    begin: INITIAL,
    path,
  }));
  expect(Math.min(seen.trades, seen.deferred)).toBeGreaterThan(enough(500));
  expect(seen.refusedByVenue).toBeGreaterThan(enough(100));
});

type Martingale = Parameters<typeof martingalePlanOf>[0];
const WARM = { long: warmedUp('long'), short: warmedUp('short') };

/** Its close is refused while a purchase is taken back: the table was asked in between, and bought instead of closing. */
const REFUSED_CLOSE: [Martingale, number] = [
  {
    strategy: 'martingale-ema',
    market: 'BTC-USDT',
    direction: 'long',
    balance: '50000',
    futures: { leverage: '10', fundingRatePercent: '0', fundingEveryHours: 8 },
    openPercent: '0.6',
    maxMarginPercent: '20',
    closeAtReturnPercent: '3',
  },
  -1_683_341_907,
];

test('martingale, random settings: the same', () => {
  const path = { start: 4_000, steps: 150, wild: 0.01 };
  const one = (given: Martingale) => ({ plan: martingalePlanOf(given, COARSE), begin: WARM[given.direction], path });
  const seen = judged(anyMartingale, one, [REFUSED_CLOSE]);
  expect(Math.min(seen.trades, seen.lateEntries, seen.repeated)).toBeGreaterThan(enough(500));
});
