import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Decimal } from '../kernel/types.ts';

export const Market = z
  .object({
    market: z.string(),
    base: z.string(),
    quote: z.string(),
    tickSize: Decimal.meta({ description: 'Prices are whole multiples of it' }),
    lotSize: Decimal.meta({ description: 'Quantities are whole multiples of it' }),
    minQuantity: Decimal,
    minNotional: Decimal.meta({ description: 'Smallest price × quantity of an order, in the quote currency' }),
    feePercent: Decimal.meta({ description: 'Of every fill’s value, paid in the quote currency' }),
    maintenanceMarginPercent: Decimal.meta({
      description: 'Of a future’s value: with less margin left it is liquidated',
    }),
    bundled: z.boolean().meta({ description: 'Synthetic candles of this market come with Tidegate' }),
  })
  .meta({ id: 'Market' });
export type Market = z.infer<typeof Market>;

export const listMarkets = operation({
  service: 'bot-executor',
  name: 'markets.list',
  http: ['GET', '/api/v1/markets'],
  scope: 'bots:read',
  summary: 'Pairs of the paper exchange with their steps, minimums and fees',
  input: z.strictObject({}),
  output: z.object({ items: z.array(Market) }),
});
