import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { notFound, problem } from '../kernel/problem.ts';
import { Decimal, Empty, PositiveDecimal } from '../kernel/types.ts';

const step = (integers: number, decimals: number, description: string, example: string) =>
  PositiveDecimal.regex(
    new RegExp(`^\\d{1,${integers}}(\\.\\d{1,${decimals}})?$`),
    `at most ${integers} digits before the point and ${decimals} after it`,
  ).meta({ description, examples: [example] });
const percent = (description: string, example: string) =>
  z
    .string()
    .regex(/^\d{1,2}(\.\d{1,4})?$/, 'a percentage below 100 with at most 4 decimals')
    .meta({ description, examples: [example] });

export const Market = z
  .object({
    market: z.string(),
    version: z.int().meta({ description: 'Grows with every change of the rules; earlier runs keep their own' }),
    custom: z.boolean().meta({ description: 'Created by your organisation; otherwise it comes with Tidegate' }),
    base: z.string(),
    quote: z.string(),
    tickSize: Decimal.meta({ description: 'Prices are whole multiples of it' }),
    lotSize: Decimal.meta({ description: 'Quantities are whole multiples of it' }),
    minQuantity: Decimal,
    minNotional: Decimal.meta({ description: 'Smallest price × quantity of an order, in the quote currency' }),
    maxPrice: Decimal.meta({ description: 'Prices above it cannot be stored in ticks of this size' }),
    feePercent: Decimal.meta({ description: 'Of every fill’s value, paid in the quote currency' }),
    maintenanceMarginPercent: Decimal.meta({
      description: 'Of a future’s value: with less margin left it is liquidated',
    }),
    bundled: z.boolean().meta({ description: 'Synthetic candles of this market come with Tidegate' }),
  })
  .meta({ id: 'Market' });
export type Market = z.infer<typeof Market>;

const given = {
  lotSize: step(9, 8, 'Quantities are whole multiples of it; in later versions it may only get finer', '0.001'),
  minQuantity: step(12, 8, 'Smallest quantity of an order', '0.001'),
  minNotional: step(12, 8, 'Smallest price × quantity of an order, in the quote currency', '5'),
  feePercent: percent('Of every fill’s value, paid in the quote currency', '0.1'),
  maintenanceMarginPercent: percent('Of a future’s value: with less margin left it is liquidated', '0.5'),
};

const CustomName = z
  .string()
  .regex(/^[A-Z0-9][A-Z0-9._-]{1,19}$/, '2 to 20 capital letters, digits, points, dashes and underscores')
  .meta({ description: 'Unique name of the market', examples: ['PEPE-EUR'] });
const Currency = z
  .string()
  .regex(/^[A-Z0-9]{1,10}$/, '1 to 10 capital letters and digits')
  .meta({ description: 'The asset that is traded, or the currency that it is paid in', examples: ['PEPE'] });

export const listMarkets = operation({
  service: 'bot-executor',
  name: 'markets.list',
  http: ['GET', '/api/v1/markets'],
  scope: 'bots:read',
  summary:
    'Markets of the paper exchange and your own, with their tick sizes, minimums and fees, in their newest version',
  input: z.strictObject({}),
  output: z.object({ items: z.array(Market) }),
});

const ofName = {
  market: z
    .string()
    .min(1)
    .max(20)
    .meta({ description: 'Its name', examples: ['PEPE-EUR'] }),
};

export const getMarket = operation({
  service: 'bot-executor',
  name: 'markets.get',
  http: ['GET', '/api/v1/markets/{market}'],
  scope: 'bots:read',
  summary: 'A market in its newest version, or in an earlier one',
  input: z.strictObject({
    ...ofName,
    version: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .meta({ description: 'By default the newest', examples: [1] }),
  }),
  output: Market,
  errors: [notFound],
});

export const tooManyVersions = problem(
  'too_many_versions',
  409,
  'The market has reached the limit of versions',
  z.object({ limit: z.int() }),
);

export const createMarket = operation({
  service: 'bot-executor',
  name: 'markets.create',
  http: ['POST', '/api/v1/markets'],
  scope: 'bots:write',
  summary: 'Create a market of your own, for candles that you import',
  description:
    'Its name must be free. An organisation has up to 50. The tick cannot be changed: candles are stored in it. For prices ' +
    'with more digits, or with fewer, create another market.',
  audit: {
    thing: 'market',
    id: 'market',
    name: 'market',
    shows: [
      'base',
      'quote',
      'tickSize',
      'lotSize',
      'minQuantity',
      'minNotional',
      'feePercent',
      'maintenanceMarginPercent',
    ],
  },
  input: z.strictObject({
    market: CustomName,
    base: Currency,
    quote: Currency,
    tickSize: step(9, 8, 'Prices are whole multiples of it', '0.00000001'),
    ...given,
  }),
  output: Market,
  limit: 'markets',
});

export const updateMarket = operation({
  service: 'bot-executor',
  name: 'markets.update',
  http: ['PATCH', '/api/v1/markets/{market}'],
  scope: 'bots:write',
  summary: 'Change the rules of a market of your own: its next version',
  description:
    'Backtests and sweeps from now on use it. Bots keep the version that they have until they are given settings ' +
    '(PATCH /bots/{botId}), and what was run names the one it used.',
  audit: {
    thing: 'market',
    id: 'market',
    name: 'market',
    shows: ['lotSize', 'minQuantity', 'minNotional', 'feePercent', 'maintenanceMarginPercent'],
    before: () => getMarket,
  },
  input: z.strictObject({
    ...ofName,
    lotSize: given.lotSize.optional(),
    minQuantity: given.minQuantity.optional(),
    minNotional: given.minNotional.optional(),
    feePercent: given.feePercent.optional(),
    maintenanceMarginPercent: given.maintenanceMarginPercent.optional(),
  }),
  output: Market,
  errors: [notFound, tooManyVersions],
});

export const marketInUse = problem('market_in_use', 409, 'The market has candles or bots');

export const deleteMarket = operation({
  service: 'bot-executor',
  name: 'markets.delete',
  http: ['DELETE', '/api/v1/markets/{market}'],
  scope: 'bots:write',
  summary: 'Delete a market of your own that has no candles and no bots',
  audit: { thing: 'market', id: 'market', name: 'market' },
  input: z.strictObject(ofName),
  output: Empty,
  errors: [notFound, marketInUse],
});
