import { Controller } from '@nestjs/common';
import { type Bot, botNotStopped, updateBot } from '@tidegate/contracts/bot-executor/bots';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { invalid, type Refuse } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { firstCandle } from '../candles/candle.rows.ts';
import { marketFor } from '../markets/market.rows.ts';
import { type MarketRules, termsOf } from '../markets/markets.rules.ts';
import { checkedStrategyPlan } from '../strategies/plan.rules.ts';
import { type BotRow, countBots, lockBot, setSettings, toWire } from './bot.rows.ts';
import { lastSeen } from './last-seen.rows.ts';

@Controller()
export class UpdateBot {
  constructor(private readonly entitlements: Entitlements) {}

  @Handles(updateBot)
  async handle({ input, tx, refuse }: OperationContext<typeof updateBot>): Promise<Bot> {
    const bot = orNotFound(await lockBot(tx, input.botId));
    await this.entitlements.usable(tx, 'bots', bot.restricted, () => countBots(tx));
    const { name = bot.name, settings } = input;
    // New settings come with the market's newest rules; a new name changes nothing else.
    const market = settings && (await this.check(refuse, tx, bot, settings));
    const rules = market ? termsOf(market) : bot.market_rules;
    return toWire(orNotFound(await setSettings(tx, bot.id, { name, settings: settings ?? bot.settings, rules })));
  }

  private async check(
    refuse: Refuse<typeof botNotStopped>,
    tx: Tx,
    bot: BotRow,
    settings: BotSettings,
  ): Promise<MarketRules> {
    if (bot.status !== 'stopped') {
      throw refuse(botNotStopped, { state: bot.status }, `Stop it first: POST /api/v1/bots/${bot.id}/stop`);
    }
    const market = await marketFor(tx, settings);
    if (market.market !== bot.settings.market) {
      const markets = { own: bot.settings.market, market: market.market };
      const text = 'A bot stays on its market, {own}. Create another bot for {market}.';
      throw invalid('/settings/market', 'market_is_fixed', text, markets);
    }
    const series = { source: bot.source, market, interval: bot.interval };
    const seen = bot.decided_up_to
      ? await lastSeen(tx, bot, market)
      : await firstCandle(tx, series, bot.starts_at ?? undefined);
    if (seen) checkedStrategyPlan(settings, seen.close, market);
    return market;
  }
}
