import fc from 'fast-check';
import { csvOf } from './csv.rules.ts';
import {
  addCustomer,
  emptySums,
  type Fact,
  figuresOf,
  monthOf,
  monthsBetween,
  share,
  startOf,
} from './revenue.rules.ts';

const END = Date.parse('2026-12-31T00:00:00Z');
const figures = (facts: readonly Fact[], from: string, to: string, { currency = 'EUR', now = END } = {}) => {
  const sums = emptySums({ currency, months: monthsBetween(from, to), now });
  for (const customer of new Set(facts.map((fact) => fact.customer))) {
    addCustomer(
      sums,
      facts.filter((fact) => fact.customer === customer),
    );
  }
  return figuresOf(sums);
};

const fact = (customer: string, at: string, more: Partial<Fact>): Fact => ({
  customer,
  at: Date.parse(at),
  product: 'main',
  plan: 'pro',
  status: 'active',
  currency: 'EUR',
  mrrMinor: 0,
  ...more,
});

const anyFact: fc.Arbitrary<Fact> = fc.record({
  customer: fc.constantFrom('a', 'b', 'c', 'd'),
  at: fc.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2026-12-30T00:00:00Z') }),
  product: fc.constantFrom('monitoring', 'bots'),
  plan: fc.constantFrom('free', 'starter', 'pro'),
  status: fc.constantFrom('active', 'trialing', 'canceled'),
  currency: fc.constantFrom('EUR', 'USD'),
  mrrMinor: fc.constantFrom(0, 0, 1, 1900, 4083, 4900),
});

test('whatever happens, the start and the movements of a month are its end, in money and in customers, and the plans are it too', () => {
  fc.assert(
    fc.property(fc.array(anyFact, { maxLength: 60 }), (facts) => {
      const { mrr, plans } = figures(facts, '2026-01', '2026-12');
      for (const [index, month] of mrr.entries()) {
        const gained = month.newMinor + month.expansionMinor + month.reactivationMinor;
        expect(month.startMinor + gained - month.contractionMinor - month.churnMinor).toBe(month.endMinor);
        const came = month.customersNew + month.customersReactivated;
        expect(month.customersAtStart + came - month.customersLost).toBe(month.customersAtEnd);
        expect(month.startMinor).toBe(mrr[index - 1]?.endMinor ?? 0);
        const ofPlans = plans.filter((plan) => plan.month === month.month);
        expect(ofPlans.reduce((sum, { mrrMinor }) => sum + mrrMinor, 0)).toBe(month.endMinor);
      }
    }),
    { numRuns: 300 },
  );
});

test('the end of a month is the sum of what was true then; what came later, or is asked for beside it, changes nothing', () => {
  fc.assert(
    fc.property(fc.array(anyFact, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (facts, number) => {
      const month = `2026-${String(number).padStart(2, '0')}`;
      const whole = figures(facts, '2026-01', '2026-12');
      const known = facts.filter(({ at }) => monthOf(at) <= month);
      const alone = figures(known, month, month, { now: Math.min(END, startOf(month) + 40 * 86_400_000) });
      const bring = new Map<string, number>();
      for (const one of [...known].sort((a, b) => a.at - b.at)) {
        bring.set(`${one.customer} ${one.product}`, one.currency === 'EUR' ? one.mrrMinor : 0);
      }
      expect(alone.mrr[0]?.endMinor).toBe([...bring.values()].reduce((a, b) => a + b, 0));
      expect(alone.mrr[0]).toEqual(whole.mrr[number - 1]);
      expect(alone.trials[0]).toEqual(whole.trials[number - 1]);
      expect(alone.plans).toEqual(whole.plans.filter((row) => row.month === month));
    }),
    { numRuns: 300 },
  );
});

test('the examples of the documentation', () => {
  const facts = [
    fact('ada', '2026-01-10T00:00:00Z', { product: '', status: 'signed_up', currency: '' }),
    fact('ada', '2026-01-10T00:00:01Z', { status: 'trialing' }),
    fact('ada', '2026-01-24T00:00:00Z', { mrrMinor: 4900 }),
    fact('ada', '2026-03-05T00:00:00Z', { plan: 'starter', mrrMinor: 1900 }),
    fact('bob', '2026-01-15T00:00:00Z', { product: '', status: 'signed_up', currency: '' }),
    fact('bob', '2026-02-01T00:00:00Z', { plan: 'starter', mrrMinor: 1900 }),
    fact('bob', '2026-03-20T00:00:00Z', { status: 'canceled' }),
    fact('bob', '2026-05-02T00:00:00Z', { mrrMinor: 4083 }),
    fact('eve', '2026-02-01T00:00:00Z', { currency: 'USD', mrrMinor: 9900 }),
  ];
  const { mrr, trials, plans, cohorts } = figures(facts, '2026-01', '2026-05');
  expect(mrr).toMatchObject([
    { startMinor: 0, newMinor: 4900, endMinor: 4900, customerChurnRate: null },
    { startMinor: 4900, newMinor: 1900, endMinor: 6800, customersAtEnd: 2 },
    {
      contractionMinor: 3000,
      churnMinor: 1900,
      endMinor: 1900,
      customerChurnRate: '0.5000',
      revenueChurnRate: '0.7206',
    },
    { startMinor: 1900, endMinor: 1900, customerChurnRate: '0.0000' },
    { reactivationMinor: 4083, customersReactivated: 1, endMinor: 5983 },
  ]);
  expect(trials[0]).toEqual({ month: '2026-01', begun: 1, ended: 1, converted: 1, conversionRate: '1.0000' });
  expect(plans.filter(({ month }) => month === '2026-05')).toEqual([
    { month: '2026-05', product: 'main', plan: 'pro', subscriptions: 1, mrrMinor: 4083 },
    { month: '2026-05', product: 'main', plan: 'starter', subscriptions: 1, mrrMinor: 1900 },
  ]);
  expect(
    cohorts.filter(({ cohort }) => cohort === '2026-01').map(({ signedUp, paying }) => [signedUp, paying]),
  ).toEqual([
    [2, 1],
    [2, 2],
    [2, 1],
    [2, 1],
    [2, 2],
  ]);
});

test('shares are rounded half up to four digits', () => {
  expect([share(1, 3), share(1, 20_000), share(5, 2), share(0, 7), share(3, 0)]).toEqual([
    '0.3333',
    '0.0001',
    '2.5000',
    '0.0000',
    null,
  ]);
});

test('a table quotes what it must, and no cell is computed by a spreadsheet', () => {
  const rows = [
    { name: '=1+1', note: 'a "b", c\nd' },
    { name: '-x', note: null },
    { name: '@y', note: ' z' },
    { name: '2026', note: 7 },
  ];
  expect(csvOf(['name', 'note'], rows)).toBe('name,note\r\n\'=1+1,"a ""b"", c\nd"\r\n\'-x,\r\n\'@y," z"\r\n2026,7\r\n');
});
