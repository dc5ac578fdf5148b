import fc from 'fast-check';
import { enough, runs } from '../../test/long.ts';
import { anySettings, COARSE, settingsA } from '../../test/markets.ts';
import { randomOf } from '../../test/slow-exchange.ts';
import { type Account, SlowRun } from '../../test/slow-run.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { marketRules } from '../markets/markets.rules.ts';
import { decide } from '../strategies/decide.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';
import { nettedPosition } from './account.rules.ts';
import { pricesOf, type Tick } from './feed.rules.ts';
import { INITIAL, type State } from './state.rules.ts';

/* What an account, its money and its prices are to bots, on an exchange that takes its time. Nothing here is an adapter. */
const START = 200;
const free = { minPrice: undefined, maxPrice: undefined, maxTrades: undefined, cooldownSeconds: undefined };

/** A walk of prices, and one number more of the same seed. */
function* pricesFrom(random: () => number, steps: number): Generator<[ticks: bigint, chance: number, step: number]> {
  let price = START;
  for (let step = 0; step < steps; step += 1) {
    price += price * 0.05 * (2 * random() - 1) + (START - price) * 0.03;
    yield [BigInt(Math.round(price)), random(), step];
  }
}

const expectFlat = ({ state, exchange }: SlowRun) => {
  expect([exchange.isIdle, exchange.position, state.position.lots]).toEqual([true, 0n, 0n]);
};

describe('what an exchange nets, one bot at a time may hold', () => {
  const EURO = marketRules({ ...COARSE, market: 'C-E', quote: 'E' });
  const of = (direction: 'long' | 'short', leverage?: string, market = COARSE) =>
    planOf(settingsA(direction, leverage ? { futures: { leverage } } : {}), market);

  test.each<[string, Plan, Plan, 'oneWay' | 'hedge', boolean]>([
    ['futures of one side', of('long', '3'), of('long', '5'), 'hedge', true],
    ['long and short beside each other', of('long', '3'), of('short', '3'), 'hedge', false],
    ['long and short in one-way mode', of('long', '3'), of('short', '3'), 'oneWay', true],
    ['futures of two markets', of('long', '3'), of('long', '3', EURO), 'oneWay', false],
    ['the same coins, bought for other money', of('long'), of('long', undefined, EURO), 'oneWay', true],
    ['coins and a future of them', of('long'), of('long', '3'), 'oneWay', false],
  ])('%s', (_what, one, other, mode, isShared) => {
    expect(nettedPosition(one, mode) === nettedPosition(other, mode)).toBe(isShared);
  });

  /** Two bots, minute by minute at the same prices, each with orders of its own. */
  function together(seed: number, isShared: boolean, plans: readonly [Plan, Plan]): [SlowRun, SlowRun] {
    const random = randomOf(seed);
    const held = ({ exchange }: SlowRun) => (exchange.hasReportedAll ? exchange.position : undefined);
    const beside = (other: () => SlowRun): Account => (isShared ? { others: () => held(other()) } : {});
    const bots: [SlowRun, SlowRun] = [
      new SlowRun(
        plans[0],
        random,
        INITIAL,
        beside(() => bots[1]),
      ),
      new SlowRun(
        plans[1],
        random,
        INITIAL,
        beside(() => bots[0]),
      ),
    ];
    let last = BigInt(START);
    for (const [ticks] of pricesFrom(random, 60)) {
      for (const bot of bots) bot.pass(ticks);
      last = ticks;
    }
    // Whoever ends sees the other's lots as long as there are any.
    for (const bot of bots) bot.rest(last);
    for (const bot of bots) bot.rest(last);
    return bots;
  }

  test('two that share it are halted, buy nothing more, and each sells its own lots only', () => {
    let halted = 0;
    const plan = planOf({ ...settingsA('long', { futures: { leverage: '2' } }), baseOrder: '50' }, COARSE);
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const bots = together(seed, true, [plan, plan]);
        for (const bot of bots) {
          expectFlat(bot);
          halted += bot.seen.halted;
          const haltedAt = bot.intents.findIndex(({ type }) => type === 'halt');
          const bought = bot.intents
            .slice(haltedAt + 1)
            .filter((one) => one.type === 'place' && one.order.side === 'buy');
          if (haltedAt >= 0) expect(bought).toEqual([]);
        }
      }),
      { numRuns: runs(200) },
    );
    expect(halted).toBeGreaterThan(enough(200));
  });

  test('long and short of an account that holds both are nothing to each other', () => {
    const futures = { futures: { leverage: '2' } };
    const plans = [planOf(settingsA('long', futures), COARSE), planOf(settingsA('short', futures), COARSE)] as const;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        for (const bot of together(seed, false, [...plans])) {
          expectFlat(bot);
          expect(bot.intents.filter((one) => one.type === 'halt' && one.reason === 'positionChanged')).toEqual([]);
        }
      }),
      { numRuns: runs(200) },
    );
  });
});

describe('an account has so much money', () => {
  test('a bot that runs out of it is refused, keeps its exits, ends flat and never owes anything', () => {
    let [refused, halted, trades] = [0, 0, 0];
    fc.assert(
      fc.property(anySettings, fc.integer({ min: 1, max: 400 }), fc.integer(), (settings, percent, seed) => {
        const random = randomOf(seed);
        const plan = planOf({ ...settings, ...free, direction: 'long', futures: undefined }, COARSE);
        // Of what the base order takes: a tick is half of the currency, a lot a thousandth of a coin.
        const cash = (BigInt(Math.round(Number(settings.baseOrder) * 2_000)) * BigInt(percent)) / 100n;
        const run = new SlowRun(plan, random, INITIAL, { cash });
        let last = BigInt(START);
        for (const [ticks] of pricesFrom(random, 120)) {
          run.pass(ticks);
          last = ticks;
          expect((run.exchange.cash ?? 0n) >= 0n).toBe(true);
        }
        run.rest(last);
        expectFlat(run);
        refused += run.seen.refusedByVenue;
        halted += run.seen.halted;
        trades += run.journal.totals.closedTrades;
      }),
      { numRuns: runs(400, 10) },
    );
    expect(Math.min(refused, halted, trades)).toBeGreaterThan(enough(100));
  });
});

describe('prices of a live feed', () => {
  const tick = (at: number, ticks = 200n): Tick => ({ at, ticks });
  const feed = { newest: 10_000, maxAgeMs: 5_000 };

  test.each<[string, Tick, number, number]>([
    ['fresh', tick(12_000), 12_500, 2],
    ['as old as it may be', tick(12_000), 17_000, 2],
    ['too old', tick(12_000), 17_001, 0],
    ['older than one before', tick(9_999), 10_000, 0],
    ['of a clock that is ahead', tick(30_000), 20_000, 0],
  ])('%s', (_what, one, now, events) => {
    expect(pricesOf(one, feed, { now, mayOpen: true })).toHaveLength(events);
  });

  /** The state after these prices, each as it arrives. */
  function decided(plan: Plan, begin: State, ticks: readonly Tick[]): State {
    let [state, newest] = [begin, undefined as number | undefined];
    for (const one of ticks) {
      const events = pricesOf(one, { newest, maxAgeMs: 5_000 }, { now: one.at, mayOpen: true });
      for (const event of events) state = decide(state, event, plan).state;
      if (events.length > 0) newest = one.at;
    }
    return state;
  }

  test('patience is counted from the moment of a price, not from the end of a candle', () => {
    const stopLoss = { percent: '5', basis: 'base', timeoutSeconds: 60 } as const;
    const plan = planOf(
      { ...settingsA('long', { averagingOrders: { count: 0 }, stopLoss }), baseOrder: '100' },
      COARSE,
    );
    const begun = decided(plan, INITIAL, [tick(0)]);
    const [base] = begun.orders;
    if (!base) throw new Error('There is no base order.');
    const fill = { type: 'fill', at: 500, key: base.key, id: 'a', ticks: 200n, lots: base.lots } as const;
    const open = decide(begun, fill, plan).state;
    const beyond = [tick(1_000), tick(31_250, 189n), tick(60_000, 189n), tick(91_249, 189n)];
    expect(decided(plan, open, beyond).closing).toBeUndefined();
    expect(decided(plan, open, [...beyond, tick(91_250, 189n)]).closing).toBe('stopLoss');
    // A price on the right side in between restarts it.
    expect(decided(plan, open, [...beyond, tick(91_249, 200n), tick(91_250, 189n)]).closing).toBeUndefined();
  });

  test('while prices are stale nothing is begun; what stands on the exchange is filled and booked, and all ends flat', () => {
    let [filled, trades] = [0, 0];
    fc.assert(
      fc.property(anySettings, fc.integer(), (settings, seed) => {
        const random = randomOf(seed);
        const run = new SlowRun(planOf({ ...settings, ...free }, COARSE), random);
        let [last, until] = [BigInt(START), 0];
        for (const [ticks, chance, step] of pricesFrom(random, 120)) {
          last = ticks;
          if (chance < 0.05) until = step + 12;
          if (step >= until) {
            run.pass(ticks);
            continue;
          }
          const [intents, before] = [run.intents.length, run.journal.fills.length];
          run.silent(ticks);
          const begun = run.intents.slice(intents).filter((one) => one.type === 'place' && one.order.kind === 'base');
          expect(begun).toEqual([]);
          filled += run.journal.fills.length - before;
        }
        run.rest(last);
        expectFlat(run);
        trades += run.journal.totals.closedTrades;
      }),
      { numRuns: runs(400, 10) },
    );
    expect(Math.min(filled, trades)).toBeGreaterThan(enough(500));
  });
});
