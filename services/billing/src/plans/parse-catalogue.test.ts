import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILT_IN_FEATURES } from '@tidegate/contracts/billing/built-in-features';
import { type ProblemError, problemError } from '@tidegate/contracts/kernel/problem';
import { parseCatalogue } from './parse-catalogue.ts';

const shipped = readFileSync(join(__dirname, '../../../../libs/testing/plans.yaml'), 'utf8');

const builtIn = Object.entries(BUILT_IN_FEATURES).filter(([key]) => key !== 'bots');
const grant = { counted: '1', static: '7', boolean: 'true', metered: '100', level: 'basic' };

const small = `format: 2
currency: EUR
products: { main: { name: Main, default: free } }
features:
  bots: { kind: counted, product: main, name: Bots }
  calls: { kind: metered, name: Calls, unit: call }
${builtIn.map(([key, kind]) => `  ${key}: { kind: ${kind}, name: ${key} }\n`).join('')}plans:
  main:
    free:
      name: Free
      prices: { EUR: { month: 0 } }
      features:
        bots: 2
        calls: 10_000
${builtIn.map(([key, kind]) => `        ${key}: ${grant[kind]}\n`).join('')}`;
/** Beside the free plan, of the same features. */
const plan = (name: string, prices: string) => `    ${name}:
      name: ${name}
      prices: ${prices}
      features:
        bots: 2
        calls: 10_000
${builtIn.map(([key, kind]) => `        ${key}: ${grant[kind]}\n`).join('')}`;

interface Fault {
  field: string;
  code: string;
  message: string;
  line: number;
}

function faults(yaml: string, inForce?: Parameters<typeof parseCatalogue>[2]): Fault[] {
  try {
    parseCatalogue(problemError, yaml, inForce);
  } catch (error) {
    return (error as ProblemError).data['errors'] as Fault[];
  }
  return [];
}
const lineOf = (yaml: string, part: string): number => yaml.slice(0, yaml.indexOf(part)).split('\n').length;
const price = (written: string, currency = 'EUR') =>
  paid.replace('{ month: 1, year: 0 }', `{ month: 1 }, ${currency}: { month: ${written} }`);
/** Of a plan that may cost something, which the default plan may not. */
const paid = `${small}${plan('pro', '{ EUR: { month: 1, year: 0 } }')}`;
const ownPrice = (written: string) => paid.replace('month: 1, year: 0', `month: 1, year: ${written}`);

test('a catalogue gives what it says', () => {
  const { plans } = parseCatalogue(problemError, shipped);
  expect(plans.map((plan) => plan.plan)).toEqual(['free', 'pro', 'business']);
  expect(plans.map((plan) => plan.features['servers'])).toEqual(
    [2, 10, 100].map((limit) => ({ kind: 'counted', limit })),
  );
  expect(plans[0]?.features['api_calls']).toMatchObject({ limit: 10_000, enforcement: 'hard', per: 'month' });
  expect(plans[2]?.features['backtest_runs']).toMatchObject({ limit: null });
  expect(plans[1]?.prices).toContainEqual({ currency: 'EUR', interval: 'year', amountMinor: 29_000 });
});

test('plans are ordered by price, not by their position in the file', () => {
  const others = [
    plan('yearly', '{ EUR: { year: 1100 } }'),
    plan('monthly', '{ EUR: { month: 100, year: 1000 } }'),
    plan('cheap', '{ EUR: { month: 90 } }'),
  ].join('');
  expect(parseCatalogue(problemError, `${small}${others}`).plans.map((one) => one.plan)).toEqual([
    'free',
    'cheap',
    'yearly',
    'monthly',
  ]);
});

test.each([
  [
    'an unknown field',
    small.replace('      name: Free', '      name: Free\n      colour: red'),
    '/plans/main/free/colour',
    'colour',
  ],
  [
    'a feature that no plan may leave out',
    small.replace('        bots: 2\n', ''),
    '/plans/main/free/features',
    'calls: 10',
  ],
  ['a feature that is not declared', `${small}        faxes: 3\n`, '/plans/main/free/features/faxes', 'faxes'],
  ['an empty limit', small.replace('bots: 2', 'bots:'), '/plans/main/free/features/bots', 'bots:\n'],
  ['a negative limit', small.replace('bots: 2', 'bots: -1'), '/plans/main/free/features/bots', 'bots: -1'],
  ['a fraction', small.replace('bots: 2', 'bots: 2.5'), '/plans/main/free/features/bots', 'bots: 2.5'],
  ['a missing price', small.replace('EUR: { month', 'USD: { month'), '/plans/main/free/prices', 'prices:'],
  ['a default plan that is none', small.replace('default: free', 'default: gold'), '/products/main/default', 'default'],
  ['an unknown kind', small.replace('kind: counted', 'kind: count'), '/features/bots/kind', 'kind: count'],
  ['a feature name with capitals', small.replace('  bots: {', '  Bots: {'), '/features/Bots', 'Bots: {'],
  ['another format', small.replace('format: 2', 'format: 3'), '/format', 'format'],
  ['a format with a point', small.replace('format: 2', 'format: 2.0'), '/format', 'format'],
  [
    'a yes that is no true',
    small.replace('      name: Free', '      name: Free\n      offered: yes'),
    '/plans/main/free/offered',
    'offered',
  ],
])('%s is named with field, line and cure', (_what, yaml, field, part) => {
  const found = faults(yaml);
  expect(found).toContainEqual(expect.objectContaining({ field, line: lineOf(yaml, part) }));
  for (const { message } of found) expect(message).toMatch(/Write|Remove|remove|Only|must|lower-case/);
});

test.each([
  ['29.00', 'EUR', '29.00 is written 2900. '],
  ['29.5', 'EUR', '29.5 is written 2950. '],
  ['29.99', 'EUR', '29.99 is written 2999. '],
  ['0.50', 'EUR', '0.50 is written 50. '],
  ['10.0', 'EUR', '10.0 is written 1000. '],
  ['29.', 'EUR', '29. is written 29. '],
  ['2900.00', 'JPY', '2900.00 is written 2900. '],
  ['1.250', 'KWD', '1.250 is written 1250. '],
  ['0029', 'EUR', '0029 is written 29. '],
  ['+29', 'EUR', '+29 is written 29. '],
  ['29_00', 'EUR', '29_00 is written 2900. '],
  ['29.999', 'EUR', ''],
  ['1e3', 'EUR', ''],
  ['0x10', 'EUR', ''],
  ['0o17', 'EUR', ''],
  ['.inf', 'EUR', ''],
  ['-1', 'EUR', ''],
  ['9007199254740993', 'EUR', ''],
  ['"29,00"', 'EUR', ''],
  ['true', 'EUR', ''],
  ['~', 'EUR', ''],
])('a price of %s %s is refused with its line and what to write', (written, currency, cure) => {
  const yaml = currency === 'EUR' ? ownPrice(written) : price(written, currency);
  const interval = currency === 'EUR' ? 'year' : 'month';
  const [fault, ...others] = faults(yaml);
  expect(others).toEqual([]);
  expect(fault).toMatchObject({
    field: `/plans/main/pro/prices/${currency}/${interval}`,
    line: lineOf(yaml, 'prices: { EUR: { month: 1'),
    message: expect.stringMatching(/Write (the price in the smallest unit|a number up to)/),
  });
  expect(fault?.message.split('Write')[0]).toBe(cure);
});

test('whole numbers are taken literally, with and without underscores, and in the smallest unit of any currency', () => {
  const amounts = (yaml: string) =>
    parseCatalogue(problemError, yaml)
      .plans.at(-1)
      ?.prices.map((one) => one.amountMinor);
  expect(amounts(ownPrice('29_000'))).toEqual([1, 29_000]);
  expect(amounts(price('1_234_567', 'JPY'))).toEqual([1, 1_234_567]);
  expect(amounts(ownPrice('9007199254740991'))).toEqual([1, 9_007_199_254_740_991]);
});

test.each([
  ['10.0', '10.0 is written 10. Write a whole number'],
  ['007', '007 is written 7. Write a whole number'],
  ['1_0000', '1_0000 is written 10000. Write a whole number'],
  ['{ limit: 10.0 }', '10.0 is written 10. Write a whole number'],
  ['1e3', 'Write a whole number'],
  ['0x10', 'Write a whole number'],
])('a limit of %s is refused as it is written', (written, message) => {
  const yaml = small.replace('bots: 2', `bots: ${written}`);
  expect(faults(yaml)).toMatchObject([
    {
      field: '/plans/main/free/features/bots',
      line: lineOf(yaml, `bots: ${written}`),
      message: expect.stringMatching(`^${message.replaceAll('.', '\\.')}`),
    },
  ]);
});

test.each(Object.entries(BUILT_IN_FEATURES))(
  'a catalogue without %s (%s), or with another kind, is refused',
  (key, kind) => {
    const lines = small.split('\n');
    const without = lines.filter((line) => !line.trim().startsWith(`${key}:`)).join('\n');
    const found = faults(without);
    expect(found).toContainEqual(
      expect.objectContaining({ code: 'built_in', message: expect.stringContaining(`Write ${key}: { kind: ${kind}`) }),
    );
    expect(found.at(-1)?.message ?? '').toMatch(/^Every catalogue must have servers \(counted\), bots \(counted\), /);
    const other = kind === 'boolean' ? 'static' : 'boolean';
    const declared = lines.find((line) => line.startsWith(`  ${key}: {`)) ?? '';
    const changed = small.replace(declared, declared.replace(`kind: ${kind}`, `kind: ${other}`));
    expect(faults(changed)).toContainEqual(
      expect.objectContaining({
        field: `/features/${key}/kind`,
        line: lineOf(changed, declared.slice(0, key.length + 4)),
        message: expect.stringContaining(`Write kind: ${kind}.`),
      }),
    );
  },
);

test('a feature keeps the kind that running subscriptions have', () => {
  const { features } = parseCatalogue(problemError, small);
  const changed = small.replace('calls: { kind: metered', 'calls: { kind: static');
  expect(faults(changed)).toEqual([]);
  expect(faults(changed, features)).toMatchObject([
    {
      field: '/features/calls/kind',
      code: 'kind_changed',
      line: 6,
      message: expect.stringContaining('Write kind: metered'),
    },
  ]);
  expect(faults(small, features)).toEqual([]);
});

test('a metered limit applies to the window of its feature, by default a month, and to no other', () => {
  const per = (written: string) => small.replace('unit: call }', `unit: call, per: ${written} }`);
  const calls = (yaml: string) => parseCatalogue(problemError, yaml).plans[0]?.features['calls'];
  expect(calls(small)).toEqual({ kind: 'metered', limit: 10_000, ceiling: 10_000, enforcement: 'hard', per: 'month' });
  for (const window of ['hour', 'day', 'period', 'ever']) expect(calls(per(window))).toMatchObject({ per: window });
  expect(faults(per('week'))).toMatchObject([
    { field: '/features/calls/per', message: expect.stringContaining('ever') },
  ]);
  expect(faults(small.replace('calls: 10_000', 'calls: { limit: 10, per: day }'))).toMatchObject([
    { field: '/plans/main/free/features/calls/per', message: expect.stringContaining('at calls under features') },
  ]);
});

test('all mistakes are reported at once, in the order of the text', () => {
  const yaml = ownPrice('29.00')
    .replace('bots: 2', 'bots: many')
    .replace('calls: 10_000', 'calls: -3')
    .replace('      name: Free', '      name: !secret Free');
  const found = faults(yaml);
  expect(found.map(({ field }) => field.split('/').at(-1))).toEqual(['name', 'bots', 'calls', 'year']);
});

test.each([
  ['a second document', `${small}---\nplans: {}\n`, '---', /second document begins here.*Remove/],
  ['a tag', small.replace('name: Free', 'name: !secret Free'), '!secret', /Tags such as !secret.*Remove/],
  ['a tag that YAML knows', small.replace('bots: 2', 'bots: !!int 2'), '!!int', /Tags such as .*int.*Remove/],
  ['a merge', `${small}        <<: { bots: 9 }\n`, '<<', /<< is not supported.*Write the fields out/],
  ['a name of every object', paid.replace('    pro:', '    __proto__:'), '__proto__', /__proto__.*Choose another/],
  ['another one', small.replace('  calls: {', '  constructor: {'), 'constructor', /constructor.*Choose another/],
  ['one among the limits', `${small}        constructor: 5\n`, 'constructor', /constructor.*Choose another/],
  ['an alias of nothing', small.replace('bots: 2', 'bots: *two'), '*two', /Nothing above is called &two/],
  ['the same name twice', `${small}        bots: 3\n`, 'bots: 3', /twice. Remove one/],
  ['a name that is no word', `${small}        ? [a]\n        : 3\n`, '? [a]', /plain word. Remove/],
  [
    'a line break in a name',
    small.replace('name: Free', 'name: "Free\\r\\nBcc: x"'),
    'name: "Free',
    /Write "Free Bcc: x"/,
  ],
  [
    'a line break at the end',
    small.replace('name: Free', 'name: |\n        Free'),
    'name: |',
    /Write "Free": on one line/,
  ],
  ['a letter that nobody sees', small.replace('name: Free', 'name: "Fr\\u200bee"'), 'name: "Fr', /Write "Free"/],
  ['a name of nothing', small.replace('name: Free', 'name: " "'), 'name: " "', /Write a text/],
  ['61 letters', small.replace('name: Free', `name: ${'x'.repeat(61)}`), 'name: xxx', /Write at most 60 .* are 61/],
  [
    'a line break in a note',
    small.replace('bots: 2', 'bots: { limit: 2, note: "a\\nb" }'),
    'note: "a',
    /note: Write "a b"/,
  ],
])('%s is refused with its line and what to do', (_what, yaml, part, message) => {
  const [first] = faults(yaml);
  expect(first).toMatchObject({ line: lineOf(yaml, part), message: expect.stringMatching(message) });
});

test('an older YAML version changes no meaning, and an alias means its value', () => {
  const older = `%YAML 1.1\n---\n${small.replace('bots: 2', 'bots: &few 2').replace('calls: 10_000', 'calls: *few')}`;
  expect(parseCatalogue(problemError, older).plans[0]?.features['calls']).toMatchObject({ limit: 2 });
  expect(parseCatalogue(problemError, `\ufeff${small.replaceAll('\n', '\r\n')}`)).toEqual(
    parseCatalogue(problemError, small),
  );
  expect(faults(`%YAML 1.1\n---\n${small.replace('default: free', 'default: [free]')}`)).toHaveLength(1);
});

test('text that is not YAML, or not a catalogue, is refused with its line', () => {
  expect(faults('plans: [1, 2')[0]).toMatchObject({ code: 'yaml', line: 1 });
  expect(faults('a: 1\na: 2\n')).toContainEqual(expect.objectContaining({ code: 'duplicate', line: 2 }));
  expect(faults('just text')[0]).toMatchObject({ field: '', message: expect.stringContaining('Write a catalogue') });
  expect(faults('')[0]).toMatchObject({ field: '' });
  for (const { message } of faults('format: 2\n')) expect(message).toMatch(/^Write /);
  expect(faults(`a: ${'['.repeat(50_000)}`)[0]).toMatchObject({
    message: expect.stringContaining('nested too deeply'),
  });
});

test('of a text full of mistakes the first hundred are reported, with the number of the others', () => {
  const names = Array.from({ length: 2_000 }, (_, index) => `k${index}: 1\n`).join('');
  const parse = () => parseCatalogue(problemError, `k7: 2\n${names}`);
  expect(parse).toThrow(/and 200\d more\)$/);
  const found = faults(`k7: 2\n${names}`);
  expect(found).toHaveLength(100);
  expect(found).toContainEqual(
    expect.objectContaining({ field: '/k7', line: 9, message: expect.stringContaining('twice') }),
  );
});

test('aliases cannot inflate a small text', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`;
  expect(faults(bomb)[0]).toMatchObject({ code: 'yaml' });
});
