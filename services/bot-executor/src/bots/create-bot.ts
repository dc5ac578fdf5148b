import { Controller } from '@nestjs/common';
import {
  type Bot,
  type BotMode,
  botCreated,
  createBot,
  duplicateBot,
  type Feed,
  modeNotAvailable,
} from '@tidegate/contracts/bot-executor/bots';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { invalid, type Refuse } from '@tidegate/contracts/kernel/problem';
import { newId } from '@tidegate/database/ids';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { firstCandle } from '../candles/candle.rows.ts';
import { marketFor } from '../markets/market.rows.ts';
import { termsOf } from '../markets/markets.rules.ts';
import { checkedStrategyPlan } from '../strategies/plan.rules.ts';
import { countBots, findBot, insertBot, toWire } from './bot.rows.ts';

@Controller()
export class CreateBot {
  constructor(private readonly entitlements: Entitlements) {}

  @Handles(createBot)
  async handle({ input, tx, emit, refuse }: OperationContext<typeof createBot>): Promise<Bot> {
    await this.requireMode(refuse, tx, input.mode);
    return this.create({ tx, emit }, input);
  }

  @Handles(duplicateBot)
  async duplicate({ input, tx, emit }: OperationContext<typeof duplicateBot>): Promise<Bot> {
    const { settings, feed } = toWire(orNotFound(await findBot(tx, input.botId)));
    return this.create({ tx, emit }, { name: input.name, settings, feed });
  }

  private async create(
    { tx, emit }: Pick<OperationContext<typeof createBot>, 'tx' | 'emit'>,
    { name, settings, feed }: { name: string; settings: BotSettings; feed: Feed },
  ): Promise<Bot> {
    const { source, interval, candlesPerSecond } = feed;
    const market = await marketFor(tx, settings);
    const startsAt = feed.from ? new Date(feed.from) : undefined;
    const candle = await firstCandle(tx, { source, market, interval }, startsAt);
    if (!candle) {
      throw invalid(
        feed.from ? '/feed/from' : '/feed/source',
        'no_candles',
        feed.from
          ? 'There are no {source} candles of {market} in steps of {interval} from then on. Import some first: POST /api/v1/candles/imports'
          : 'There are no {source} candles of {market} in steps of {interval}. Import some first: POST /api/v1/candles/imports',
        { source, market: market.market, interval },
      );
    }
    checkedStrategyPlan(settings, candle.open, market);
    await this.entitlements.claim(tx, 'bots', () => countBots(tx));
    // A bot trades one pair.
    await this.entitlements.claim(tx, 'pairs_per_bot', async () => 0);
    const marketRules = termsOf(market);
    const feedOf = { source, interval, candlesPerSecond, startsAt };
    const row = await insertBot(tx, { id: newId(), name, settings, marketRules, ...feedOf });
    await emit(botCreated, { botId: row.id, name });
    return toWire(row);
  }

  /** The one place in which it is chosen where orders go: a plan without real exchanges is told so first. */
  private async requireMode(refuse: Refuse<typeof modeNotAvailable>, tx: Tx, mode: BotMode): Promise<void> {
    if (mode === 'mainnet') await this.entitlements.feature(tx, 'mainnet');
    if (mode !== 'paper') throw refuse(modeNotAvailable, { mode }, 'Bots trade on the paper exchange so far.');
  }
}
