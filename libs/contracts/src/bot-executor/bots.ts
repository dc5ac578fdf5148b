import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { notFound, planLimitReached, problem } from '../kernel/problem.ts';
import { Decimal, Empty, Id, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { CandleSource, LadderLevel, PriceAt } from './markets.ts';
import { BotSettings } from './settings.ts';

export const BotStatus = z
  .enum(['stopped', 'running', 'stopping'])
  .meta({ id: 'BotStatus', description: 'stopping: no new trade begins, the open one is finished' });

export const Bot = z
  .object({
    id: Id,
    name: z.string(),
    mode: z.literal('paper'),
    status: BotStatus,
    settings: BotSettings,
    source: CandleSource,
    /** The candle up to which the bot has decided. */
    decidedUpTo: Timestamp.nullable(),
    closedTrades: z.int(),
    profit: Decimal.meta({ description: 'Of closed trades, after fees, in the quote currency' }),
    openTradeId: Id.nullable(),
    createdAt: Timestamp,
  })
  .meta({ id: 'Bot' });
export type Bot = z.infer<typeof Bot>;

export const botNotStopped = problem('bot_not_stopped', 409, 'The bot is not stopped', z.object({ status: BotStatus }));

const byId = z.strictObject({ botId: Id });
const shared = { service: 'bot-executor', errors: [notFound, botNotStopped] } as const;

export const createBot = operation({
  service: 'bot-executor',
  name: 'bots.create',
  http: ['POST', '/api/v1/bots'],
  scope: 'bots:write',
  summary: 'Create a DCA bot on the paper exchange; it is stopped until started',
  input: z.strictObject({
    name: z.string().min(1).max(100),
    settings: BotSettings,
    source: CandleSource.default('bundled').meta({ description: 'Whose candles it trades on' }),
    from: Timestamp.optional().meta({ description: 'First candle; by default the oldest' }),
  }),
  output: Bot,
  errors: [planLimitReached],
  limit: 'bots',
});

export const listBots = operation({
  service: 'bot-executor',
  name: 'bots.list',
  http: ['GET', '/api/v1/bots'],
  scope: 'bots:read',
  summary: 'Bots of the organisation',
  input: z.strictObject(pageQuery),
  output: page(Bot),
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

export const startBot = operation({
  ...shared,
  name: 'bots.start',
  http: ['POST', '/api/v1/bots/{botId}/start'],
  scope: 'bots:write',
  summary: 'Start a bot; starting a running one changes nothing',
  input: byId,
  output: Bot,
  status: 200,
});

export const stopBot = operation({
  ...shared,
  name: 'bots.stop',
  http: ['POST', '/api/v1/bots/{botId}/stop'],
  scope: 'bots:write',
  summary: 'Stop a bot: no new trade begins; an open trade is finished, or closed now',
  input: z.strictObject({
    botId: Id,
    openTrade: z.enum(['finish', 'close']).default('finish').meta({ description: 'close: at the last candle’s close' }),
  }),
  output: Bot,
  status: 200,
});

export const deleteBot = operation({
  ...shared,
  name: 'bots.delete',
  http: ['DELETE', '/api/v1/bots/{botId}'],
  scope: 'bots:write',
  summary: 'Delete a stopped bot with its history',
  input: byId,
  output: Empty,
});

export const previewLadder = operation({
  service: 'bot-executor',
  name: 'bots.preview-ladder',
  http: ['POST', '/api/v1/bots/ladder-preview'],
  scope: 'bots:read',
  summary: 'The exact ladder of some settings at a price, before any bot is made',
  input: z.strictObject({ settings: BotSettings, price: PriceAt }),
  output: z.object({
    levels: z.array(LadderLevel),
    capital: Decimal.meta({ description: 'Needed when every averaging order fills, fees of entry included' }),
  }),
  readonly: true,
  status: 200,
});

const Change = z.object({ botId: Id, name: z.string() });
const changed = (name: string, summary: string) =>
  event({ service: 'bot-executor', name, summary, data: Change, aggregate: (data) => data.botId });

export const botCreated = changed('bot.created.v1', 'A bot was created');
export const botStarted = changed('bot.started.v1', 'A bot was started');
export const botStopped = changed('bot.stopped.v1', 'A bot was stopped, by its owner or after its last trade');
export const botDeleted = changed('bot.deleted.v1', 'A bot was deleted');
