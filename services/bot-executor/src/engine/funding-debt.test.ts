import fc from 'fast-check';
import { enough, runs } from '../../test/long.ts';
import { anySettings, COARSE } from '../../test/markets.ts';
import { randomOf } from '../../test/slow-exchange.ts';
import { SlowRun } from '../../test/slow-run.ts';
import { compare, type Fraction, mul, whole } from '../kernel/exact.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { marketRules } from '../markets/markets.rules.ts';
import { decide } from '../strategies/decide.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';
import { readState, writeState } from '../strategies/stored-state.rules.ts';
import { orderOf } from './fills.rules.ts';
import { INITIAL, isEntry, type MarketEvent, type State } from './state.rules.ts';

/*
 * What funding has taken from the margin of what is open, counted apart from the engine: each lot owes the same, a sale
 * takes its part along, a purchase brings none, nobody is owed anything, and whoever has nothing owes nothing. It has to
 * be the engine's after every report, in whatever order they come, and as it is stored.
 */
class Debt {
  lots = 0n;
  /** Per lot nothing is rounded: over one denominator, that of all sales so far. */
  private n = 0n;
  private d = 1n;

  get owed(): Fraction {
    return { n: this.n, d: this.d };
  }

  increase(lots: bigint): void {
    this.lots += lots;
  }

  reduceTo(lots: bigint): void {
    this.n *= lots;
    this.d *= this.lots;
    this.lots = lots;
    if (lots === 0n) [this.n, this.d] = [0n, 1n];
  }

  /** In money units, millionths of tick × lots; paid is below zero. */
  fund(amount: bigint): void {
    const n = this.n * 1_000_000n - amount * this.d;
    [this.n, this.d] = n > 0n ? [n, this.d * 1_000_000n] : [0n, 1n];
  }
}

/** All steps a tenth. */
const FINER = marketRules({ ...COARSE, tickSize: '0.05', lotSize: '0.0001' });
const FINER_VALUE = whole(100);

const expectOwed = (state: State, owed: Fraction, what: string) =>
  expect([what, compare(state.position.owed, owed)]).toEqual([what, 0]);

interface Tried {
  paid: number;
  partly: number;
  added: number;
  ended: number;
}

/** The events of a run once more, beside the debt. */
function expectDebts({ events }: SlowRun, plan: Plan, tried: Tried): void {
  const debt = new Debt();
  let state = INITIAL;
  for (const event of events) {
    const before = state;
    state = decide(before, event, plan).state;
    note(debt, before, state, event, tried);
    expectOwed(state, debt.owed, event.type);
    if (event.type !== 'funding' || debt.owed.n === 0n) continue;
    const stored = readState(JSON.parse(writeState(state, COARSE)), FINER);
    expectOwed(stored, mul(debt.owed, FINER_VALUE), 'stored');
    expectShrunk(state, debt.owed, plan);
  }
}

/** By others, who take the part of the debt along that belongs to what they take. */
function expectShrunk(state: State, owed: Fraction, plan: Plan): void {
  const lots = state.position.lots / 3n;
  if (lots === 0n) return;
  const { state: shrunk } = decide(state, { type: 'position', at: 0, lots }, plan);
  expectOwed(shrunk, mul(owed, { n: lots, d: state.position.lots }), 'position');
}

function note(debt: Debt, before: State, after: State, event: MarketEvent, tried: Tried): void {
  if (event.type === 'funding') {
    debt.fund(event.amount);
    if (event.amount < 0n) tried.paid += 1;
  }
  if (event.type !== 'fill' || before === after) return;
  const order = orderOf(before, event.key);
  if (!order) return;
  const { lots, owed } = debt;
  if (isEntry(order)) debt.increase(event.lots);
  else debt.reduceTo(lots - event.lots);
  if (owed.n === 0n) return;
  if (isEntry(order)) tried.added += 1;
  else if (debt.lots > 0n) tried.partly += 1;
  else tried.ended += 1;
}

/** Hours of which each costs or brings something, with steps of the take profit and a ladder. */
const funded = fc
  .tuple(anySettings, fc.constantFrom('2', '5', '12'), fc.constantFrom('1.5', '0.4', '-0.3'))
  .map(([settings, leverage, fundingRatePercent]) => ({
    ...settings,
    ...{ minPrice: undefined, maxPrice: undefined, maxTrades: undefined, cooldownSeconds: undefined },
    futures: { leverage, fundingRatePercent, fundingEveryHours: 1 as const },
  }));

test('what funding took from a margin follows the lots that it was paid for, through every report and as it is stored', () => {
  const tried: Tried = { paid: 0, partly: 0, added: 0, ended: 0 };
  fc.assert(
    fc.property(funded, fc.integer(), (settings, seed) => {
      const plan = planOf(settings, COARSE);
      const random = randomOf(seed);
      const run = new SlowRun(plan, random);
      let price = 200;
      for (let step = 0; step < 120; step += 1) {
        price += price * 0.05 * (2 * random() - 1) + (200 - price) * 0.03;
        const ticks = BigInt(Math.round(price));
        run.pass(ticks);
        if (step % 3 === 0) run.fund(ticks);
        if (random() < 0.01) run.end('close', ticks);
      }
      run.rest(BigInt(Math.round(price)));
      expectDebts(run, plan, tried);
    }),
    { numRuns: runs(400, 10) },
  );
  // Otherwise nothing was compared.
  expect(Math.min(tried.paid, tried.partly, tried.added, tried.ended)).toBeGreaterThan(enough(400));
});
