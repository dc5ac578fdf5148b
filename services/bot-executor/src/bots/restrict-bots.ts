import { Injectable } from '@nestjs/common';
import { standingOf } from '@tidegate/contracts/billing/restrictions';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Wakes } from '@tidegate/runtime/wakes';
import { AdvanceBot } from './advance-bot.ts';
import { type BotRow, restrictBots } from './bot.rows.ts';
import { dueNow, isDequeued } from './lease.rows.ts';
import { resume } from './resume-bot.ts';

/**
 * When a plan allows fewer bots, or is read-only, the newest ones (or all) open no trades. An open one is managed to its
 * exit; then the bot rests. When it is allowed again it goes on from then, as one that is started again does.
 */
@Injectable()
export class RestrictBots {
  constructor(
    entitlements: Entitlements,
    private readonly wakes: Wakes,
    private readonly advance: AdvanceBot,
  ) {
    entitlements.follow(async (tx, snapshot) => {
      const changed = await restrictBots(tx, standingOf(snapshot, 'bots'));
      for (const bot of changed) if (bot.status === 'running') await this.follow(tx, bot);
      if (changed.length > 0) tx.onCommit(() => this.wakes.wake('run-bots'));
    });
  }

  private async follow(tx: Tx, bot: BotRow): Promise<void> {
    const rested = await isDequeued(tx, bot.id);
    if (bot.restricted && rested) return;
    if (rested && !bot.open_trade_id) {
      await this.advance.takeBack(tx, bot);
      await resume(tx, bot, 'fromNow');
    }
    await dueNow(tx, bot.id);
  }
}
