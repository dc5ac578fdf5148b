import { Module } from '@nestjs/common';
import { EntitlementsModule } from '@tidegate/entitlements/entitlements.module';
import { RunBacktest } from './backtests/run-backtest.ts';
import { BotRunner } from './bots/bot-runner.ts';
import { ManageBots } from './bots/manage-bots.ts';
import { RunBots } from './bots/run-bots.loop.ts';
import { Candles } from './candles/candles.ts';
import { LoadBundled } from './candles/load-bundled.ts';
import { ReadTrades } from './trades/read-trades.ts';

@Module({
  imports: [EntitlementsModule],
  providers: [LoadBundled, Candles, BotRunner, ManageBots, RunBots, ReadTrades, RunBacktest],
})
export class BotExecutorModule {}
