import { Injectable } from '@nestjs/common';
import { Tenants } from '@tidegate/database/tenants';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { readCandles } from '../candles/candle.rows.ts';
import { dequeue, lockBot } from './bot.rows.ts';
import { BotRunner } from './bot-runner.ts';

/*
 * Takes due bots from the queue, one at a time per runner, and carries each over its next candles.
 *
 *   due ──take (due again in 30 s, should we die)──► locked and run in the organisation's transaction
 *       ──more candles──► due now      ──caught up──► due in 5 s      ──stopped──► out of the queue
 *
 * Two replicas take different bots (skip locked); should both hold one, the row lock lets the second find its candles
 * decided already. A kill in between leaves the bot as it was before the batch.
 */
const BATCH = 500;
const IDLE_SECONDS = 5;
const TAKEN_SECONDS = 30;

@Injectable()
export class RunBots {
  constructor(
    private readonly tenants: Tenants,
    private readonly runner: BotRunner,
  ) {}

  @Loop({ name: 'run-bots', everyMs: 250 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    const taken = await this.take();
    if (!taken || signal.aborted) return undefined;
    const again = await this.run(taken.org_id, taken.bot_id);
    await this.tenants.as({}, (tx) =>
      tx.query('update bot_queue set due_at = now() + make_interval(secs => $2) where bot_id = $1', [
        taken.bot_id,
        again ? 0 : IDLE_SECONDS,
      ]),
    );
    return 'again';
  }

  private take(): Promise<{ bot_id: string; org_id: string } | undefined> {
    return this.tenants.as({}, (tx) =>
      tx.one<{ bot_id: string; org_id: string }>(
        `update bot_queue set due_at = now() + make_interval(secs => $1) where bot_id =
           (select bot_id from bot_queue where due_at <= now() order by due_at limit 1 for update skip locked)
         returning bot_id, org_id`,
        [TAKEN_SECONDS],
      ),
    );
  }

  /** True when there are more candles to decide on. */
  private run(orgId: string, botId: string): Promise<boolean> {
    return this.tenants.run(orgId, async (tx) => {
      const bot = await lockBot(tx, botId);
      if (!bot || bot.status === 'stopped') {
        await dequeue(tx, botId);
        return false;
      }
      const { source, settings, decided_up_to, starts_at } = bot;
      const from = decided_up_to ? null : starts_at;
      const candles = await readCandles(tx, {
        source,
        market: settings.market,
        after: decided_up_to,
        from,
        limit: BATCH,
      });
      // Even without candles: a bot that is stopping and holds nothing stops here.
      if (candles.length > 0 || bot.status === 'stopping') await this.runner.run(tx, bot, candles);
      return candles.length === BATCH;
    });
  }
}
