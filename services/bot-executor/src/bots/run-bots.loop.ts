import { Injectable } from '@nestjs/common';
import { Tenants } from '@tidegate/database/tenants';
import type { Tx } from '@tidegate/database/tx';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { readCandles } from '../candles/candle.rows.ts';
import { knownMarket } from '../markets/markets.rules.ts';
import { type BotRow, lockBot } from './bot.rows.ts';
import { CarryBot } from './carry-bot.ts';
import { dequeue, giveBack, holdsLease, type Lease, postpone, takeLeases } from './lease.rows.ts';

/*
 * Takes bots that are due and carries each over its next candles.
 *
 *   due ──take: fence + 1, ours for a minute──► run in the organisation's transaction, which proves the fence
 *       ──more candles──► due at once (or at the bot's pace)   ──caught up──► due in 5 s, or when candles are imported
 *       ──stopped──► never due                              ──failed──► due later each time, others go on
 *
 * Two replicas take different bots. A replica that is killed leaves its bots as they were before the batch; one that
 * was only slow finds its fence outdated and writes nothing.
 */
const AT_ONCE = 4;
const BATCH = 500;
const IDLE_SECONDS = 5;
const PACES_PER_SECOND = 4;

@Injectable()
export class RunBots {
  constructor(
    private readonly tenants: Tenants,
    private readonly carry: CarryBot,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'run-bots', everyMs: 250 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    if (signal.aborted) return undefined;
    const leases = await this.tenants.as({}, (tx) => takeLeases(tx, AT_ONCE));
    await Promise.all(leases.map((lease) => this.runOne(lease)));
    return leases.length > 0 ? 'again' : undefined;
  }

  /** One bot's trouble is its own. */
  private async runOne(lease: Lease): Promise<void> {
    try {
      await this.tenants.run(lease.org_id, (tx) => this.run(tx, lease));
    } catch (error) {
      this.log.error(
        { error, botId: lease.bot_id, orgId: lease.org_id },
        'A bot could not run and is tried again later',
      );
      await this.tenants.as({}, (tx) => postpone(tx, lease));
    }
  }

  async run(tx: Tx, lease: Lease): Promise<void> {
    const bot = await lockBot(tx, lease.bot_id);
    if (!(await holdsLease(tx, lease))) return;
    if (!bot || bot.status === 'stopped') {
      await dequeue(tx, lease.bot_id);
      return;
    }
    const limit = batchOf(bot);
    const series = { source: bot.source, market: knownMarket(bot.settings.market), interval: bot.interval };
    const candles = await readCandles(tx, series, { after: bot.decided_up_to, from: bot.starts_at, limit });
    // Even without candles: a bot that is stopping and holds nothing stops here.
    if (candles.length > 0 || bot.status === 'stopping') await this.carry.run(tx, bot, candles);
    await giveBack(tx, lease, candles.length < limit ? IDLE_SECONDS : pauseAfter(bot, limit));
  }
}

const batchOf = ({ candles_per_second }: BotRow): number =>
  candles_per_second === null ? BATCH : Math.ceil(candles_per_second / PACES_PER_SECOND);

const pauseAfter = ({ candles_per_second }: BotRow, candles: number): number =>
  candles_per_second === null ? 0 : candles / candles_per_second;
