import { z } from 'zod';
import { operation } from '../kernel/operation.ts';
import { Decimal, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { Bot, BotMode, BotStatus } from './bots.ts';
import { count, countsOf, searchedName } from './list-query.ts';
import { MarketName } from './settings.ts';

/** So many days of profits a list has of each bot. */
export const PROFIT_DAYS = 30;

/** A bot as a list shows it, with what its open trade is worth at the last candle that it decided on. */
export const BotLine = Bot.extend({
  currency: z.string(),
  tickSize: Decimal.meta({ description: 'Of its market: prices are whole multiples of it' }),
  lastPrice: Decimal.nullable().meta({ description: 'Close of the candle at `decidedUpTo`; null before the first' }),
  openProfit: Decimal.nullable().meta({
    description: 'Of the open trade if closed at the last price, after all fees; null: none is open',
  }),
  ranAt: Timestamp.nullable().meta({
    description: 'When it was last run, whether there were new candles or not; null: never',
  }),
  profitByDay: z.array(Decimal).meta({
    description:
      `Profit of the trades that it closed on each of the ${PROFIT_DAYS} days (UTC) up to \`decidedUpTo\`, oldest first; ` +
      'empty before its first candle',
  }),
}).meta({ id: 'BotLine' });
export type BotLine = z.infer<typeof BotLine>;

export const BotSort = z.enum(['newest', 'name', 'profit', 'trades']).meta({
  id: 'BotSort',
  description:
    'newest: created last; name: from a to z; profit: of closed trades, highest first; trades: most closed first',
});
export type BotSort = z.infer<typeof BotSort>;

export const listBots = operation({
  service: 'bot-executor',
  name: 'bots.list',
  http: ['GET', '/api/v1/bots'],
  scope: 'bots:read',
  summary: 'Bots of the organisation, with closed and open profit',
  input: z.strictObject({
    status: BotStatus.optional().meta({ description: 'Only those in this state' }),
    market: MarketName.optional().meta({ description: 'Only those of this market', examples: ['BTC-USDT'] }),
    search: searchedName,
    sort: BotSort.default('newest'),
    count,
    ...pageQuery,
  }),
  output: page(BotLine).extend({
    counts: countsOf(BotStatus, 'Of those that `market` and `search` find, in whatever state'),
  }),
});

export const BotTotal = z
  .object({
    currency: z.string(),
    mode: BotMode,
    bots: z.int(),
    byStatus: z.object({ running: z.int(), stopping: z.int(), stopped: z.int(), halted: z.int() }),
    closedTrades: z.int(),
    openTrades: z.int(),
    profit: Decimal.meta({ description: 'Of closed trades, after fees' }),
    openProfit: Decimal.meta({ description: 'Of open trades at the last prices, after all fees' }),
  })
  .meta({ id: 'BotTotal' });
export type BotTotal = z.infer<typeof BotTotal>;

export const totalBots = operation({
  service: 'bot-executor',
  name: 'bots.totals',
  http: ['GET', '/api/v1/bot-totals'],
  scope: 'bots:read',
  summary: 'What all bots of the organisation have earned, by currency and mode',
  description: 'Amounts of different currencies are never added. Filters of the list change nothing here.',
  input: z.strictObject({}),
  output: z.object({ items: z.array(BotTotal) }),
});
