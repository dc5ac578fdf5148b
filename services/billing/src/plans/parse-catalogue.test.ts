import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProblemError } from '@tidegate/contracts/kernel/problem';
import { parseCatalogue } from './parse-catalogue.ts';

const shipped = readFileSync(join(__dirname, '../../../../plans/default.yaml'), 'utf8');

const small = `format: 1
currency: EUR
features:
  bots: { kind: counted, name: Bots }
  calls: { kind: metered, name: Calls, unit: call }
plans:
  free:
    name: Free
    default: true
    prices: { EUR: { month: 0 } }
    features:
      bots: 2
      calls: 10_000
`;

function faults(yaml: string): { field: string; code: string; message: string; line?: number }[] {
  try {
    parseCatalogue(yaml);
  } catch (error) {
    return (error as ProblemError).data['errors'] as ReturnType<typeof faults>;
  }
  return [];
}

test('the shipped catalogue is valid and gives what it promises', () => {
  const { plans } = parseCatalogue(shipped);
  expect(plans.map((plan) => plan.plan)).toEqual(['free', 'pro', 'business']);
  expect(plans.map((plan) => plan.features['servers'])).toEqual(
    [2, 10, 100].map((limit) => ({ kind: 'counted', limit })),
  );
  expect(plans[0]?.features['api_calls']).toMatchObject({ limit: 10_000, enforcement: 'hard', per: 'month' });
  expect(plans[2]?.features['backtest_runs']).toMatchObject({ limit: null });
});

test('plans are ordered by price, not by their place in the file', () => {
  const yaml = `${small.replace('month: 0', 'month: 500')}  none:
    name: None
    prices: { EUR: { month: 0 } }
    features: { bots: 0, calls: 0 }
`;
  expect(parseCatalogue(yaml).plans.map((plan) => plan.plan)).toEqual(['none', 'free']);
});

test.each([
  ['an unknown field', small.replace('    name: Free', '    name: Free\n    trial: 14'), '/plans/free/trial', 9],
  ['a feature that no plan may leave out', small.replace('      bots: 2\n', ''), '/plans/free/features', 12],
  ['a feature that is not declared', `${small}      seats: 3\n`, '/plans/free/features/seats', 14],
  ['an empty limit', small.replace('bots: 2', 'bots:'), '/plans/free/features/bots', 12],
  ['a negative limit', small.replace('bots: 2', 'bots: -1'), '/plans/free/features/bots', 12],
  ['a fraction', small.replace('bots: 2', 'bots: 2.5'), '/plans/free/features/bots', 12],
  ['a price with a fraction', small.replace('month: 0', 'month: 29.99'), '/plans/free/prices/EUR/month', 10],
  ['a missing price', small.replace('EUR: { month', 'USD: { month'), '/plans/free/prices', 10],
  ['no default plan', small.replace('    default: true\n', ''), '/plans', 7],
  ['an unknown kind', small.replace('kind: counted', 'kind: count'), '/features/bots/kind', 4],
  ['a feature name with capitals', small.replace('  bots: {', '  Bots: {'), '/features/Bots', 4],
  ['another format', small.replace('format: 1', 'format: 2'), '/format', 1],
])('%s is named with field, line and cure', (_what, yaml, field, line) => {
  const found = faults(yaml);
  expect(found).toContainEqual(expect.objectContaining({ field, line }));
  for (const { message } of found) expect(message).toMatch(/Write|Remove|remove|Only|must|lower-case/);
});

test('everything wrong is told at once', () => {
  expect(faults(small.replace('bots: 2', 'bots: many').replace('calls: 10_000', 'calls: -3'))).toHaveLength(2);
});

test('text that is not YAML, or not a catalogue, is refused with its line', () => {
  expect(faults('plans: [1, 2')[0]).toMatchObject({ code: 'yaml', line: 1 });
  expect(faults('a: 1\na: 2\n')[0]).toMatchObject({ code: 'yaml', line: 2 });
  expect(faults('just text')[0]).toMatchObject({ field: '' });
});

test('aliases cannot blow a small text up', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`;
  expect(faults(bomb)[0]).toMatchObject({ code: 'yaml' });
});
