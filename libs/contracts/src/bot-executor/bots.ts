import { z } from 'zod';
import { restricted } from '../billing/restrictions.ts';
import { event } from '../kernel/event.ts';
import { live } from '../kernel/live.ts';
import { Name } from '../kernel/name.ts';
import { operation } from '../kernel/operation.ts';
import { featureNotIncluded, notFound, planLimitReached, problem } from '../kernel/problem.ts';
import { Decimal, Empty, Id, Instant, Timestamp } from '../kernel/types.ts';
import { Halt, Resumed, Waiting } from './bot-reasons.ts';
import { candleSeries } from './candles.ts';
import './ladder.ts';
import { BotSettings } from './settings.ts';

export const BotStatus = z.enum(['stopped', 'running', 'stopping', 'halted']).meta({
  id: 'BotStatus',
  description:
    'stopping: no new trade is opened, the open one is finished; halted: stopped for a reason that needs attention',
});
export type BotStatus = z.infer<typeof BotStatus>;

/** Where a bot's orders go. */
export const BotMode = z.enum(['paper', 'testnet', 'mainnet']).meta({
  id: 'BotMode',
  description: 'paper: the built-in exchange, without money; testnet and mainnet: accounts at a real exchange',
});
export type BotMode = z.infer<typeof BotMode>;

/** Where a bot's candles come from. It replays stored candles, then follows imports. */
export const Feed = z
  .strictObject({
    ...candleSeries,
    from: Instant.optional().meta({ description: 'First candle; by default the oldest' }),
    candlesPerSecond: z
      .int()
      .min(1)
      .max(1_000)
      .optional()
      .meta({ description: 'Pace of the replay; by default as fast as possible' }),
  })
  .meta({ id: 'Feed', description: 'Where a bot’s candles come from' });
export type Feed = z.output<typeof Feed>;

export const Bot = z
  .object({
    id: Id,
    name: z.string(),
    mode: z.literal('paper'),
    status: BotStatus,
    settings: BotSettings,
    marketVersion: z.int().meta({ description: 'Version of the market’s rules that it uses' }),
    feed: Feed,
    decidedUpTo: Timestamp.nullable().meta({ description: 'The candle up to which the bot has decided' }),
    closedTrades: z.int(),
    profit: Decimal.meta({ description: 'Of closed trades, after fees, in the quote currency' }),
    balance: Decimal.meta({ description: 'Sum of the ledger: change of the paper wallet' }),
    openTradeId: Id.nullable(),
    waiting: Waiting.nullable().meta({
      description: 'Why no trade is opened, as of the last candle; null: nothing prevents one',
    }),
    halted: Halt.nullable().meta({ description: 'Why it was halted' }),
    restricted: restricted.meta({
      description:
        'Why it opens no trade and cannot be started or changed: the plan allows fewer bots, or is read-only. An open ' +
        'trade is finished; it goes on by itself when the plan allows it again. null: it is in full use',
    }),
    resumed: Resumed.nullable().meta({ description: 'How it was last started; null for older bots' }),
    lateCandles: z.object({ count: z.int(), from: Timestamp }).nullable().meta({
      description: 'Candles that were added or changed after the bot had passed their time: a backtest differs',
    }),
    createdAt: Timestamp,
  })
  .meta({ id: 'Bot' });
export type Bot = z.infer<typeof Bot>;

export const BotSummary = z
  .object({
    botId: Id,
    name: z.string(),
    market: z.string(),
    currency: z.string(),
    closedTrades: z.int(),
    winningTrades: z.int(),
    profit: Decimal.meta({ description: 'Exact: of closed trades, after fees' }),
    profitRounded: Decimal.meta({ description: 'The profit to the cent, half away from zero' }),
    fees: Decimal.meta({ description: 'Of closed trades' }),
    volume: Decimal.meta({ description: 'Value of every fill' }),
    fills: z.int(),
    firstTradeAt: Timestamp.nullable(),
    lastClosedAt: Timestamp.nullable(),
    openTrade: z
      .object({
        tradeId: Id,
        quantity: Decimal,
        averagePrice: Decimal,
        lastPrice: Decimal,
        openProfit: Decimal.meta({ description: 'If closed at the last price, after all fees' }),
      })
      .nullable(),
    upToDate: z.boolean().meta({ description: 'The bot has decided on every stored candle' }),
  })
  .meta({ id: 'BotSummary' });
export type BotSummary = z.infer<typeof BotSummary>;

export const botHalted = problem('bot_halted', 409, 'The bot is halted', z.object({ halted: Halt }));
export const modeNotAvailable = problem(
  'mode_not_available',
  422,
  'Bots do not trade there yet',
  z.object({ mode: BotMode }),
);
export const botNotStopped = problem('bot_not_stopped', 409, 'The bot is not stopped', z.object({ state: BotStatus }));

const byId = z.strictObject({ botId: Id });
const shared = { service: 'bot-executor', errors: [notFound, botNotStopped] } as const;

export const createBot = operation({
  service: 'bot-executor',
  name: 'bots.create',
  http: ['POST', '/api/v1/bots'],
  scope: 'bots:write',
  summary: 'Create a DCA bot on the paper exchange; it is stopped until started',
  audit: { thing: 'bot', shows: ['name', 'mode', 'settings', 'feed'] },
  input: z.strictObject({
    name: Name,
    mode: BotMode.default('paper').meta({ description: 'Where its orders go; so far only `paper` can be had' }),
    settings: BotSettings,
    feed: Feed.prefault({}),
  }),
  output: Bot,
  errors: [planLimitReached, featureNotIncluded, modeNotAvailable],
  limit: 'bots',
});

export const getBot = operation({
  ...shared,
  name: 'bots.get',
  http: ['GET', '/api/v1/bots/{botId}'],
  scope: 'bots:read',
  summary: 'A bot',
  input: byId,
  output: Bot,
});

export const summarizeBot = operation({
  ...shared,
  name: 'bots.summarize',
  http: ['GET', '/api/v1/bots/{botId}/summary'],
  scope: 'bots:read',
  summary: 'Summary of a bot: trades and profit to the cent, fees, and the open trade at the last price',
  input: byId,
  output: BotSummary,
});

export const updateBot = operation({
  ...shared,
  name: 'bots.update',
  http: ['PATCH', '/api/v1/bots/{botId}'],
  scope: 'bots:write',
  summary: 'Rename a bot, or give a stopped one other settings for its next trades',
  audit: { thing: 'bot', id: 'botId', shows: ['name', 'settings'], before: () => getBot },
  input: z.strictObject({ botId: Id, name: Name.optional(), settings: BotSettings.optional() }),
  output: Bot,
});

export const duplicateBot = operation({
  ...shared,
  name: 'bots.duplicate',
  http: ['POST', '/api/v1/bots/{botId}/duplicate'],
  scope: 'bots:write',
  summary: 'Create a bot with the settings and candles of another; it is stopped until started',
  description: 'Its history is empty, and it has the market’s newest rules.',
  audit: { thing: 'bot', shows: ['name', 'mode'], ignores: ['botId'] },
  input: z.strictObject({ botId: Id, name: Name }),
  output: Bot,
  errors: [notFound, planLimitReached, featureNotIncluded],
  limit: 'bots',
});

export const startBot = operation({
  ...shared,
  name: 'bots.start',
  http: ['POST', '/api/v1/bots/{botId}/start'],
  scope: 'bots:write',
  summary: 'Start a bot; starting a running one changes nothing',
  description:
    'A bot that ran before resumes from now: candles that arrived while it was stopped are not traded. With `catchUp` it ' +
    'trades them as if it had been running, from the candle after the last one that it decided on. The answer says which ' +
    '(`resumed`). A bot with an open trade always continues where it was.',
  audit: { thing: 'bot', id: 'botId', shows: ['status', 'resume'], before: () => getBot },
  input: z.strictObject({
    botId: Id,
    resume: z
      .enum(['fromNow', 'catchUp'])
      .default('fromNow')
      .meta({ description: 'What to do with candles that arrived while it was stopped' }),
  }),
  output: Bot,
  status: 200,
});

export const stopBot = operation({
  ...shared,
  name: 'bots.stop',
  http: ['POST', '/api/v1/bots/{botId}/stop'],
  scope: 'bots:write',
  summary: 'Stop a bot: no new trade is opened; an open one is finished, or closed now',
  errors: [notFound, botHalted],
  audit: { thing: 'bot', id: 'botId', shows: ['status', 'openTrade'], before: () => getBot },
  input: z.strictObject({
    botId: Id,
    openTrade: z
      .enum(['finish', 'close'])
      .default('finish')
      .meta({ description: 'close: at the last price that it has seen' }),
  }),
  output: Bot,
  status: 200,
  // A customer without calls left must still be able to stop what trades for them.
  metered: false,
});

export const deleteBot = operation({
  ...shared,
  name: 'bots.delete',
  http: ['DELETE', '/api/v1/bots/{botId}'],
  scope: 'bots:write',
  summary: 'Delete a stopped or halted bot with its history',
  audit: { thing: 'bot', id: 'botId', before: () => getBot },
  input: byId,
  output: Empty,
});

const Change = z.object({ botId: Id, name: z.string() });
const changed = (name: string, summary: string) =>
  event({ service: 'bot-executor', name, summary, data: Change, aggregate: (data) => data.botId });

export const botCreated = changed('bot.created.v1', 'A bot was created');
export const botStarted = changed('bot.started.v1', 'A bot was started');
export const botStopped = changed('bot.stopped.v1', 'A bot was stopped, by its owner or after its last trade');
export const botWasHalted = event({
  service: 'bot-executor',
  name: 'bot.halted.v1',
  summary: 'A bot was halted and decides nothing until it is started again',
  data: Change.extend({ halted: Halt }),
  aggregate: (data) => data.botId,
});
export const botDeleted = changed('bot.deleted.v1', 'A bot was deleted');

export const BotPulse = z
  .object({
    botId: Id,
    status: BotStatus.optional().meta({ description: 'Absent, as all that follows: read the bot' }),
    closedTrades: z.int().optional(),
    profit: Decimal.optional().meta({ description: 'Of closed trades, after fees' }),
    currency: z.string().optional(),
    openTradeId: Id.nullable().optional(),
  })
  .meta({ id: 'BotPulse' });
export type BotPulse = z.infer<typeof BotPulse>;

const itself = ({ botId }: { botId: string }) => ({ botId });

export const botPulse = live({
  topic: 'bots',
  summary: 'A bot opened, averaged or closed a trade, or was created, started, stopped, halted or deleted',
  data: BotPulse,
  about: 'botId',
  refreshes: ['/api/v1/bots'],
  // They move with every candle: the market's price is in them, or how far the bot has come.
  moves: [
    '/api/v1/bots',
    '/api/v1/bots/{botId}',
    '/api/v1/bots/{botId}/summary',
    '/api/v1/bots/{botId}/levels',
    '/api/v1/bots/{botId}/equity',
  ],
  follows: [botCreated, botStarted, botStopped, botWasHalted, botDeleted].map((event) => ({ event, say: itself })),
});
