import { Injectable } from '@nestjs/common';
import {
  type Bot,
  botCreated,
  botDeleted,
  botNotStopped,
  botStarted,
  createBot,
  deleteBot,
  getBot,
  listBots,
  previewLadder,
  startBot,
  stopBot,
} from '@tidegate/contracts/bot-executor/bots';
import { invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { candleAt } from '../candles/candle.rows.ts';
import { checkSettings, marketOf } from '../ladder/check-settings.rules.ts';
import { describeLadder, type Plan } from '../ladder/ladder.rules.ts';
import { toTicks } from '../markets/markets.rules.ts';
import {
  type BotRow,
  countBots,
  dequeue,
  enqueue,
  findBot,
  insertBot,
  listBotRows,
  lockBot,
  setStatus,
  toWire,
} from './bot.rows.ts';
import { BotRunner } from './bot-runner.ts';

@Injectable()
export class ManageBots {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly runner: BotRunner,
  ) {}

  @Handles(createBot)
  async create({ input, tx, emit }: Call<typeof createBot>): Promise<Bot> {
    const { name, settings, source } = input;
    const startsAt = input.from ? new Date(input.from) : null;
    const plan: Plan = { settings, market: marketOf(settings) };
    const candle = await candleAt(tx, source, settings.market, startsAt);
    if (!candle) {
      throw invalid(
        '/source',
        'no_candles',
        `There are no ${source} candles of ${settings.market}. Import some first.`,
      );
    }
    const fault = checkSettings(plan, candle.close);
    if (fault) throw fault;
    await this.entitlements.claim(tx, 'bots', () => countBots(tx));
    const row = await insertBot(tx, { id: newId(), name, settings, source, startsAt });
    await emit(botCreated, { botId: row.id, name });
    return toWire(row);
  }

  @Handles(listBots)
  async list({ input, tx }: Call<typeof listBots>) {
    const rows = await listBotRows(tx, input.limit, cursorOf(input.cursor));
    return { items: rows.map(toWire), ...(rows.length === input.limit ? { nextCursor: rows.at(-1)?.id } : {}) };
  }

  @Handles(getBot)
  async get({ input, tx }: Call<typeof getBot>): Promise<Bot> {
    return toWire(present(await findBot(tx, input.botId)));
  }

  @Handles(startBot)
  async start({ input, tx, emit }: Call<typeof startBot>): Promise<Bot> {
    const bot = present(await lockBot(tx, input.botId));
    if (bot.status === 'running') return toWire(bot);
    const row = present(await setStatus(tx, bot.id, 'running'));
    await enqueue(tx, bot.id);
    await emit(botStarted, { botId: bot.id, name: bot.name });
    return toWire(row);
  }

  @Handles(stopBot)
  async stop({ input, tx }: Call<typeof stopBot>): Promise<Bot> {
    const bot = present(await lockBot(tx, input.botId));
    if (bot.status === 'stopped') return toWire(bot);
    if (input.openTrade === 'close' || !bot.open_trade_id) await this.closeNow(tx, bot);
    else await setStatus(tx, bot.id, 'stopping');
    return toWire(present(await findBot(tx, bot.id)));
  }

  private async closeNow(tx: Tx, bot: BotRow): Promise<void> {
    const candle = await candleAt(tx, bot.source, bot.settings.market, bot.decided_up_to);
    await this.runner.close(tx, bot, candle?.at ?? Date.now(), candle?.close ?? 0n);
  }

  @Handles(deleteBot)
  async delete({ input, tx, emit }: Call<typeof deleteBot>) {
    const bot = present(await lockBot(tx, input.botId));
    if (bot.status !== 'stopped') {
      throw botNotStopped({ status: bot.status }, `Stop it first: POST /api/v1/bots/${bot.id}/stop`);
    }
    await dequeue(tx, bot.id);
    await tx.query('delete from bots where org_id = $1 and id = $2', [tx.orgId, bot.id]);
    await emit(botDeleted, { botId: bot.id, name: bot.name });
    return {};
  }

  @Handles(previewLadder)
  async preview({ input }: Call<typeof previewLadder>) {
    const { settings, price } = input;
    const plan: Plan = { settings, market: marketOf(settings) };
    const base = toTicks(plan.market, price);
    if (base === undefined || base <= 0n) {
      throw invalid('/price', 'not_on_tick', `Give a whole number of ticks of ${plan.market.tickSize}.`);
    }
    const fault = checkSettings(plan, base);
    if (fault) throw fault;
    return describeLadder(plan, base);
  }
}

function present(row: BotRow | undefined): BotRow {
  if (!row) throw notFound();
  return row;
}

export function cursorOf(cursor: string | undefined): string | undefined {
  if (cursor === undefined || /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor)) return cursor;
  throw invalid('/cursor', 'invalid_cursor', 'Send the nextCursor of the page before, unchanged.');
}
