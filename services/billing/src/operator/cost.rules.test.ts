import fc from 'fast-check';
import { type Costing, costFigures, type Used } from './cost.rules.ts';
import type { Fact } from './revenue.rules.ts';

const fact = (product: string, plan: string, mrrMinor: number, currency = 'USD'): Fact => ({
  customer: 'x',
  at: 0,
  product,
  plan,
  status: 'active',
  currency,
  mrrMinor,
});
const used = (
  organisationId: string,
  facts: Fact[],
  quantities: Record<string, number>,
  charged: Used['charged'] = new Map(),
): Used => ({
  organisationId,
  facts,
  quantities: new Map(Object.entries(quantities)),
  charged,
});
const COSTING: Costing[] = [
  { meter: 'server_minutes', product: 'monitoring', unitCost: '0.0002', decimals: 0 },
  { meter: 'tokens', product: null, unitCost: '0.000000000001', decimals: 6 },
];

test('use costs its quantity times the cost of a unit, to the last digit, and stands against what recurs', () => {
  const figures = costFigures(
    COSTING,
    [
      used('a', [fact('monitoring', 'pro', 4_900)], { server_minutes: 300_000, tokens: 1 }),
      used(
        'b',
        [fact('monitoring', 'free', 0), fact('bots', 'basic', 1_900)],
        { server_minutes: 43_200 },
        new Map([
          ['monitoring', 1_250],
          [null, -50],
        ]),
      ),
      used('c', [fact('monitoring', 'pro', 4_900, 'EUR')], {}),
    ],
    'USD',
  );
  expect(figures.organisations).toEqual([
    {
      organisationId: 'a',
      plans: ['monitoring.pro'],
      mrrMinor: 4_900,
      usageMinor: 0,
      cost: '60.000000000000000001',
      margin: '-11.000000000000000001',
    },
    { organisationId: 'c', plans: ['monitoring.pro'], mrrMinor: 0, usageMinor: 0, cost: '0', margin: '0' },
    {
      organisationId: 'b',
      plans: ['bots.basic', 'monitoring.free'],
      mrrMinor: 1_900,
      usageMinor: 1_200,
      cost: '8.64',
      margin: '22.36',
    },
  ]);
  expect(figures.plans).toEqual([
    {
      product: null,
      plan: null,
      organisations: 2,
      mrrMinor: 0,
      usageMinor: -50,
      cost: '0.000000000000000001',
      margin: '-0.500000000000000001',
    },
    { product: 'bots', plan: 'basic', organisations: 1, mrrMinor: 1_900, usageMinor: 0, cost: '0', margin: '19' },
    {
      product: 'monitoring',
      plan: 'free',
      organisations: 1,
      mrrMinor: 0,
      usageMinor: 1_250,
      cost: '8.64',
      margin: '3.86',
    },
    { product: 'monitoring', plan: 'pro', organisations: 2, mrrMinor: 4_900, usageMinor: 0, cost: '60', margin: '-11' },
  ]);
  expect(figures.meters).toEqual([
    { meter: 'server_minutes', unitCost: '0.0002', quantity: '343200', cost: '68.64' },
    { meter: 'tokens', unitCost: '0.000000000001', quantity: '0.000001', cost: '0.000000000000000001' },
  ]);
});

test('what plans, meters and organisations cost is the same sum, and so is what they bring', () => {
  const exact = (text: string) => {
    const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
    return BigInt(`${sign}${whole}${fraction.padEnd(18, '0')}`);
  };
  const total = (rows: readonly { cost: string }[]) => rows.reduce((sum, row) => sum + exact(row.cost), 0n);
  const organisation = fc.record({
    organisationId: fc.uuid(),
    facts: fc.subarray([fact('monitoring', 'pro', 4_900), fact('bots', 'basic', 1_900), fact('bots', 'free', 0)]),
    quantities: fc.record({ server_minutes: fc.nat(), tokens: fc.nat() }),
    charged: fc.uniqueArray(
      fc.tuple(fc.constantFrom('monitoring', 'bots', null), fc.integer({ min: -99, max: 9_999 })),
      {
        selector: ([product]) => product,
      },
    ),
  });
  fc.assert(
    fc.property(fc.uniqueArray(organisation, { selector: (one) => one.organisationId, maxLength: 8 }), (all) => {
      const given = all.map((one) => {
        const facts = one.facts.filter(
          (own, at) => one.facts.findIndex(({ product }) => product === own.product) === at,
        );
        return used(one.organisationId, facts, one.quantities, new Map(one.charged));
      });
      const { meters, plans, organisations } = costFigures(COSTING, given, 'USD');
      expect(total(plans)).toBe(total(organisations));
      expect(total(meters)).toBe(total(organisations));
      const brought = (rows: readonly { mrrMinor: number; usageMinor: number }[]) =>
        rows.reduce((sum, row) => sum + row.mrrMinor + row.usageMinor, 0);
      expect(brought(plans)).toBe(brought(organisations));
    }),
  );
});
