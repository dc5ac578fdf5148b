import { Ajv } from 'ajv';
import fc from 'fast-check';
import { parse } from 'yaml';
import { faults, read, whole } from '../../test/format-2.ts';
import { catalogueSchema } from './catalogue-schema.rules.ts';

const planOf = (name: string) => read(whole).plans.find(({ plan }) => plan === name);

test('products have plans of their own, with a default plan or without one', () => {
  const { products, plans } = read(whole);
  expect(products).toEqual([
    { product: 'monitoring', name: 'Monitoring', description: '', defaultPlan: 'free' },
    { product: 'bots', name: 'Bots', description: '', defaultPlan: null },
  ]);
  expect(plans.map(({ product, plan, isDefault }) => [product, plan, isDefault])).toEqual([
    ['monitoring', 'free', true],
    ['monitoring', 'pro', false],
    ['bots', 'basic', false],
  ]);
  expect(Object.keys(plans[2]?.features ?? {})).toEqual(['pairs']);
});

test('a plan has a trial, seats, an approval, a share of revenue, and prices in the smallest unit of each currency', () => {
  expect(planOf('pro')).toMatchObject({
    approval: true,
    offered: true,
    trial: { days: 14, card: true },
    seats: { feature: 'seats', included: 5, addon: 'extra_member' },
    revenueShare: '12.5',
    prices: [
      { currency: 'USD', interval: 'month', amountMinor: 4900 },
      { currency: 'USD', interval: 'year', amountMinor: 49_000 },
      { currency: 'JPY', interval: 'month', amountMinor: 7000 },
    ],
    setup: [{ currency: 'USD', amountMinor: 500_000 }],
  });
  expect(planOf('basic')).toMatchObject({ offered: false, trial: null, seats: null, revenueShare: null, setup: [] });
});

test('what is left of a month or a period rolls over as far as the plan says', () => {
  const tokens = (rollover: string) =>
    read(
      whole.replace('          limit: 1_000\n', `          limit: 1_000\n          rollover: ${rollover}\n`),
    ).plans.find(({ plan }) => plan === 'pro')?.features['tokens'];
  expect(tokens('{ max: 5_000, periods: 3 }')).toMatchObject({ rollover: { max: 5_000, periods: 3 } });
  expect(tokens('{ max: 5_000 }')).toMatchObject({ rollover: { max: 5_000, periods: 1 } });
  expect(planOf('pro')?.features['tokens']).not.toHaveProperty('rollover');
});

test('usage beyond a limit has exact prices; a grace is the ceiling of a soft limit', () => {
  expect(planOf('pro')?.features).toMatchObject({
    explain: { kind: 'boolean', value: true, note: 'Yes' },
    reports: { kind: 'level', level: 'premium' },
    chats: { kind: 'metered', limit: 1_000, enforcement: 'soft', ceiling: 1_100, per: 'day', grace: 10 },
    tokens: {
      kind: 'metered',
      limit: 1_000,
      enforcement: 'overage',
      ceiling: null,
      per: 'period',
      price: {
        USD: {
          model: 'graduated',
          tiers: [
            { upTo: 1_000, unit: '0.01', flatMinor: 5 },
            { upTo: null, unit: '0.005', flatMinor: 0 },
          ],
        },
        JPY: { model: 'package', size: 100, amountMinor: 50 },
      },
    },
  });
  expect(read(whole).features.find(({ key }) => key === 'tokens')).toMatchObject({
    product: 'monitoring',
    per: 'period',
    meter: { aggregate: 'sum', decimals: 0, groupBy: [], value: 'data.tokens' },
  });
});

test('add-ons say what each unit adds, packages what they hold, coupons what they take off', () => {
  const { addons, packages, coupons } = read(whole);
  expect(addons).toMatchObject([
    { addon: 'extra_member', product: 'monitoring', plans: ['pro'], max: null, features: { seats: { value: 1 } } },
    {
      addon: 'explain_pro',
      plans: ['free', 'pro'],
      max: 1,
      prices: [{ currency: 'USD', interval: 'month', amountMinor: 1500 }],
      setup: [{ currency: 'USD', amountMinor: 100 }],
      features: {
        explain: { kind: 'boolean', value: true },
        reports: { kind: 'level', value: 'unlimited' },
        chats: { kind: 'metered', value: 10, note: 'More' },
      },
    },
  ]);
  expect(packages).toEqual([
    {
      package: 'calls_1k',
      name: 'Calls',
      description: '',
      offered: true,
      feature: 'api_calls',
      amount: 1000,
      expiresDays: 365,
      prices: [{ currency: 'USD', amountMinor: 1000 }],
    },
  ]);
  expect(coupons).toMatchObject([
    { coupon: 'launch', percent: '20', amounts: null, duration: { months: 3 }, codes: ['LAUNCH20'], max: 100 },
    { coupon: 'gift', name: 'Gift', percent: null, amounts: [{ currency: 'USD', amountMinor: 500 }], plans: null },
  ]);
  expect(coupons[0]?.plans).toEqual([{ product: 'monitoring', plan: 'pro' }]);
});

test('an editor finds no mistake in it either', () => {
  const validate = new Ajv({ allErrors: true }).compile(catalogueSchema());
  validate(parse(whole));
  expect(validate.errors).toBeNull();
});

test('format 1 is refused with one message that says how it becomes format 2', () => {
  expect(faults('format: 1\ncurrency: EUR\nplans: { free: { default: true } }\n')).toEqual([
    expect.objectContaining({
      field: '/format',
      line: 1,
      message: expect.stringMatching(/Write format: 2.*products:/),
    }),
  ]);
});

/** What is written, what is written instead, where the mistake is reported, and what its cure begins with. */
const MISTAKES: [string, string, string, string][] = [
  ['bots: { name: Bots }', 'bots: { name: Bots, default: gold }', '/products/bots/default', 'Write one of basic'],
  ['bots: { name: Bots }', 'bots: { name: Bots, default: basic }', '/plans/bots/basic/prices', 'Write 0 for every'],
  ['bots: { name: Bots }', 'bots: { name: Bots }\n  shared: { name: S }', '/products/shared', 'Choose another name'],
  ['  bots:\n    basic:', '  boats:\n    basic:', '/plans/boats', 'No product is called boats. Write one of'],
  ['product: bots, name: Pairs', 'product: boats, name: Pairs', '/features/pairs/product', 'Write one of monitoring'],
  ['kind: boolean, product', 'kind: boolean, per: day, product', '/features/explain/per', 'Remove it'],
  ['aggregate: sum,', 'aggregate: avg,', '/features/tokens/meter/aggregate', 'Write one of sum'],
  ['aggregate: sum,', 'aggregate: sum, decimals: 7,', '/features/tokens/meter/decimals', 'Write a whole number from 0'],
  ['aggregate: sum,', 'aggregate: sum, decimals: 1.5,', '/features/tokens/meter/decimals', 'Write a whole number from'],
  ['aggregate: sum,', 'aggregate: unique, decimals: 1,', '/features/tokens/meter/decimals', 'Remove it: unique counts'],
  [
    'aggregate: sum,',
    'aggregate: sum, groupBy: model,',
    '/features/tokens/meter/groupBy',
    'Write a list of dimensions',
  ],
  [
    'aggregate: sum,',
    'aggregate: sum, groupBy: [a.b],',
    '/features/tokens/meter/groupBy/0',
    'Write the name of a field',
  ],
  [
    'aggregate: sum,',
    'aggregate: sum, groupBy: [a, a],',
    '/features/tokens/meter/groupBy',
    'Write each dimension once',
  ],
  ['aggregate: sum,', 'aggregate: sum, groupBy: [a, b, c, d, e],', '/features/tokens/meter/groupBy', 'Write at most 4'],
  ['value: data.tokens', 'value: $.tokens', '/features/tokens/meter/value', 'Write a path'],
  ['aggregate: sum,', 'aggregate: count,', '/features/tokens/meter/value', 'Remove it: count'],
  [
    'kind: metered, name: api_calls',
    'kind: metered, meter: {}, name: api_calls',
    '/features/api_calls/meter',
    'Remove',
  ],
  [
    'name: Pro\n',
    'name: Pro\n      default: true\n',
    '/plans/monitoring/pro/default',
    'There is no field default here. W',
  ],
  ['days: 14', 'days: 0', '/plans/monitoring/pro/trial/days', 'Write a whole number from 1 to 730'],
  ['card: true', 'card: yes', '/plans/monitoring/pro/trial/card', 'Write true or false'],
  ['name: Free\n', 'name: Free\n      trial: { days: 3 }\n', '/plans/monitoring/free/trial', 'Remove it'],
  ['name: Free\n', 'name: Free\n      approval: true\n', '/plans/monitoring/free/approval', 'Remove it'],
  ['included: 5', 'included: 4', '/plans/monitoring/pro/seats/included', 'Write included: 5'],
  ['feature: seats,', 'feature: explain,', '/plans/monitoring/pro/seats/feature', 'Write a counted feature'],
  ['addon: extra_member', 'addon: explain_pro', '/plans/monitoring/pro/seats/addon', 'Write an add-on'],
  ['month: 4900,', 'month: 49.00,', '/plans/monitoring/pro/prices/USD/month', '49.00 is written 4900'],
  ['setup: 500000', 'setup: -1', '/plans/monitoring/pro/prices/USD/setup', 'Write the price'],
  ['{ month: 4900, year: 49_000, setup: 500000 }', '{ setup: 5 }', '/plans/monitoring/pro/prices/USD', 'Write month'],
  ['JPY: { month: 7000 }', 'JPY: { month: 70.00 }', '/plans/monitoring/pro/prices/JPY/month', '70.00 is written 70.'],
  ['JPY: { month: 7000 }', 'QQQ: { month: 7000 }', '/plans/monitoring/pro/prices/QQQ', 'Write a currency of ISO'],
  ['currency: USD', 'currency: USX', '/currency', 'Write a currency of ISO'],
  ['revenueShare: 12.50', 'revenueShare: 0', '/plans/monitoring/pro/revenueShare', 'Write a number above 0'],
  ['revenueShare: 12.50', 'revenueShare: 120', '/plans/monitoring/pro/revenueShare', 'Write a number above 0'],
  ['reports: premium', 'reports: gold', '/plans/monitoring/pro/features/reports', 'Write one of none'],
  ['enforcement: soft', 'enforcement: hard', '/plans/monitoring/pro/features/chats/grace', 'Remove it: only a soft'],
  ['grace: 10', 'grace: 0', '/plans/monitoring/pro/features/chats', 'grace: Write a whole number from 1'],
  [
    'grace: 10',
    'rollover: { max: 5 }',
    '/plans/monitoring/pro/features/chats/rollover',
    'Write enforcement: hard or overage',
  ],
  [
    'enforcement: soft, grace: 10',
    'rollover: { max: 5 }',
    '/plans/monitoring/pro/features/chats/rollover',
    'Remove it: only what is left of a month',
  ],
  [
    '      limit: 1_000\n',
    '      limit: 0\n          rollover: { max: 5 }\n',
    '/plans/monitoring/pro/features/tokens/rollover',
    'Write a limit above 0',
  ],
  [
    '      limit: 1_000\n',
    '      limit: 1_000\n          rollover: { max: 5, periods: 13 }\n',
    '/plans/monitoring/pro/features/tokens',
    'rollover: Write a whole number from 1 to 12',
  ],
  [
    '      limit: 1_000\n',
    '      limit: 1_000\n          rollover: 5\n',
    '/plans/monitoring/pro/features/tokens',
    'rollover: Write rollover: {',
  ],
  [
    'limit: 1_000, enforcement',
    'limit: 9007199254740000, enforcement',
    '/plans/monitoring/pro/features/chats/grace',
    'Re',
  ],
  ['limit: 1_000\n', 'limit: unlimited\n', '/plans/monitoring/pro/features/tokens/limit', 'Write a limit'],
  ['enforcement: overage', 'enforcement: hard', '/plans/monitoring/pro/features/tokens/price', 'Write enforcement: ov'],
  ['JPY: { package', 'EUR: { package', '/plans/monitoring/pro/features/tokens/price/EUR', 'Remove it, or write a'],
  ['JPY: { package', 'EUR: { package', '/plans/monitoring/pro/features/tokens/price', 'Write price: { JPY:'],
  [
    "{ unit: '0.005' }",
    "{ unit: '5e-3' }",
    '/plans/monitoring/pro/features/tokens/price/USD/graduated/1/unit',
    'Write',
  ],
  [
    "{ unit: '0.005' }",
    "{ upTo: 9, unit: '0.005' }",
    '/plans/monitoring/pro/features/tokens/price/USD/graduated/1/upTo',
    'R',
  ],
  ['upTo: 1_000, ', '', '/plans/monitoring/pro/features/tokens/price/USD/graduated/0', 'Write upTo'],
  [
    "[{ upTo: 1_000, unit: 0.010, flat: 5 }, { unit: '0.005' }]",
    '[]',
    '/plans/monitoring/pro/features/tokens/price/USD/graduated',
    'Wr',
  ],
  [
    '{ package: { size: 100, price: 50 } }',
    '{ unit: 1, volume: [{ unit: 1 }] }',
    '/plans/monitoring/pro/features/tokens/price/JPY',
    'Write {',
  ],
  [
    'size: 100',
    'size: 0',
    '/plans/monitoring/pro/features/tokens/price/JPY/package/size',
    'Write a whole number from 1',
  ],
  [
    'features: { pairs: unlimited }',
    'features: { pairs: 1, explain: true }',
    '/plans/bots/basic/features/explain',
    'explain belongs',
  ],
  ['features: { pairs: unlimited }', 'features: {}', '/plans/bots/basic/features', 'pairs is missing. Write'],
  ['features: { seats: 1 }', 'features: { seats: 0 }', '/addons/extra_member/features/seats', 'Write how many more'],
  ['features: { seats: 1 }', 'features: { pairs: 1 }', '/addons/extra_member/features/pairs', 'pairs belongs to'],
  ['features: { seats: 1 }', 'features: {}', '/addons/extra_member/features', 'Write what it gives'],
  [
    'plans: [pro], prices',
    'plans: [gold], prices',
    '/addons/extra_member/plans/0',
    'monitoring has no plan gold. Write one of',
  ],
  ['explain: true, reports', 'explain: false, reports', '/addons/explain_pro/features/explain', 'Write true'],
  ['max: 1,', 'max: 0,', '/addons/explain_pro/max', 'Write a whole number from 1'],
  ['product: monitoring, max', 'product: boats, max', '/addons/explain_pro/product', 'Write one of monitoring'],
  ['feature: api_calls', 'feature: seats', '/packages/calls_1k/feature', 'Write a metered feature'],
  ['amount: 1000', 'amount: 1e3', '/packages/calls_1k/amount', 'Write a whole number from 1'],
  ['once: 1000', 'once: 10.00', '/packages/calls_1k/prices/USD/once', '10.00 is written 1000'],
  ['once: 1000', 'month: 1000', '/packages/calls_1k/prices/USD/month', 'There is no field month here. Remove it'],
  ['percent: 20,', 'percent: 20, amount: { USD: 1 },', '/coupons/launch', 'Write either percent'],
  ['percent: 20,', '', '/coupons/launch', 'Write either percent'],
  ['percent: 20,', 'percent: 101,', '/coupons/launch/percent', 'Write a number above 0'],
  ['percent: 20,', 'gives: { chats: 5, explain: true }, percent: 20,', '/coupons/launch', 'Write either percent'],
  ['percent: 20,', 'gives: { nothing: 5 },', '/coupons/launch/gives/nothing', 'No feature is called nothing'],
  ['percent: 20,', 'gives: { chats: false },', '/coupons/launch/gives/chats', ''],
  ['percent: 20,', 'gives: {},', '/coupons/launch/gives', 'Write what it gives'],
  ['months: 3', 'months: 0', '/coupons/launch/duration/months', 'Write a whole number from 1 to 120'],
  ['duration: once', 'duration: twice', '/coupons/gift/duration', 'Write once, forever'],
  ['[LAUNCH20]', '[launch20]', '/coupons/launch/codes/0', 'Write a code'],
  ['[LAUNCH20]', '[LAUNCH20, LAUNCH20]', '/coupons/launch/codes/1', 'This code is written twice. Remove one'],
  ['plans: [monitoring.pro]', 'plans: [pro]', '/coupons/launch/plans/0', 'Write a plan with its product'],
];

test.each(MISTAKES)('%j as %j is refused at %s', (from, to, field, cure) => {
  expect(whole).toContain(from);
  const found = faults(whole.replace(from, to)).filter((fault) => fault.field === field);
  expect(found.map(({ message }) => message)).toContainEqual(expect.stringMatching(new RegExp(`^${literal(cure)}`)));
  for (const { line } of found) expect(line).toBeGreaterThan(1);
});
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

test('what has been counted by one window or meter stays counted by it', () => {
  const { features } = read(whole);
  expect(faults(whole, features)).toEqual([]);
  expect(faults(whole.replace('per: day', 'per: month'), features)).toMatchObject([
    { field: '/features/chats/per', code: 'per_changed', message: expect.stringMatching(/^Write per: day/) },
  ]);
  expect(faults(whole.replace('aggregate: sum,', 'aggregate: max,'), features)).toMatchObject([
    { field: '/features/tokens/meter/aggregate', message: expect.stringMatching(/^Write aggregate: sum/) },
  ]);
  expect(faults(whole.replace(', value: data.tokens', ''), features)).toMatchObject([
    { field: '/features/tokens/meter/value', message: expect.stringMatching(/^Write value: data.tokens/) },
  ]);
  expect(faults(whole.replace('aggregate: sum,', 'aggregate: sum, decimals: 2,'), features)).toMatchObject([
    { field: '/features/tokens/meter/decimals', message: expect.stringMatching(/^Write decimals: 0/) },
  ]);
});

test('a meter may get more dimensions, and keeps those by which it has been counted', () => {
  const by = (groupBy: string, aggregate = 'sum') =>
    whole.replace('aggregate: sum,', `aggregate: ${aggregate}, decimals: 3, groupBy: [${groupBy}],`);
  const { features } = read(by('model'));
  expect(features.find(({ key }) => key === 'tokens')?.meter).toMatchObject({ decimals: 3, groupBy: ['model'] });
  expect(faults(by('model, region'), features)).toEqual([]);
  expect(faults(by('model', 'time_weighted').replace('per: period', 'per: hour'))).toMatchObject([
    { field: '/features/tokens/per', message: expect.stringMatching(/^Write per: day/) },
  ]);
  expect(faults(by('region, model'), features)).toMatchObject([
    { field: '/features/tokens/meter/groupBy', message: expect.stringMatching(/^Begin groupBy with model/) },
  ]);
  expect(faults(by('model, region', 'max'), read(by('model', 'max')).features)).toMatchObject([
    { field: '/features/tokens/meter/groupBy', code: 'meter_changed' },
  ]);
});

test('every mistake of one file is reported, and none hides another', () => {
  const yaml = MISTAKES.filter(([from]) => ['days: 14', 'max: 1,', 'amount: 1000'].includes(from)).reduce(
    (text, [from, to]) => text.replace(from, to),
    whole,
  );
  expect(faults(yaml).map(({ field }) => field)).toEqual([
    '/plans/monitoring/pro/trial/days',
    '/addons/explain_pro/max',
    '/packages/calls_1k/amount',
  ]);
});

test('whatever stands in the place of a word, the file is read or each mistake says what to do', () => {
  const words = [...whole.matchAll(/[\w.-]+/g)].map((found) => ({ at: found.index, length: found[0].length }));
  const other = fc.constantFrom(
    '~',
    '{}',
    '[]',
    '-1',
    'true',
    '""',
    '[1]',
    'toString',
    '{ limit: {} }',
    '{ USD: ~ }',
    '!t x',
  );
  fc.assert(
    fc.property(fc.constantFrom(...words), other, ({ at, length }, text) => {
      for (const { code, message } of faults(whole.slice(0, at) + text + whole.slice(at + length))) {
        if (code !== 'yaml') expect(message).toMatch(/Write|Remove|Choose|Declare|remove|must|lower-case/);
      }
    }),
    { numRuns: 60 },
  );
});
