import { Injectable } from '@nestjs/common';
import { OrganisationDeleted } from '@tidegate/database/deleted-organisations';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { readCandles } from '../candles/candle.rows.ts';
import { afterOutage, isPassing } from '../queue/after-outage.ts';
import { AdvanceBot } from './advance-bot.ts';
import { type BotRow, lockBot, rulesOfBot } from './bot.rows.ts';
import {
  acquireLeases,
  deleteLease,
  dequeue,
  dueState,
  holdsLease,
  type Lease,
  LONGEST_PAUSE_SECONDS,
  releaseLease,
  retryLater,
} from './lease.rows.ts';

/*
 * Acquires bots that are due and advances each over its next candles.
 *
 *   due ──acquire: fence + 1, leased for a minute──► run in the organisation's transaction, which checks the fence
 *       ──more candles──► due at once (or at the bot's pace)   ──caught up──► due when candles are imported
 *       ──stopped or halted──► never due                              ──failed──► due after a longer pause each time
 *
 * Two replicas acquire different bots. A replica that is killed leaves its bots as they were before the batch; one that
 * was only slow finds its fence outdated and writes nothing.
 */
const AT_ONCE = 4;
const BATCH = 500;
const PACES_PER_SECOND = 4;
const OBSERVE_MS = 1_000;
const MIN_PAUSE_MS = 20;
/** In a row, which takes some twenty minutes. */
const MOST_FAILURES = 12;

@Injectable()
export class RunBots {
  private observedAt = Number.NEGATIVE_INFINITY;
  private readonly took;
  private readonly due;
  private readonly lag;

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly advance: AdvanceBot,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.due = metrics.gauge('tidegate_bots_due', 'Bots that wait to be run');
    this.lag = metrics.gauge('tidegate_bots_lag_seconds', 'How long the first of them has waited');
    this.took = metrics.histogram('tidegate_bot_run_seconds', 'Time to run a bot over what is new', ['outcome']);
  }

  @Loop({ name: 'run-bots', everyMs: 30_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    if (signal.aborted) return undefined;
    const leases = await this.tenants.as({}, (tx) => acquireLeases(tx, AT_ONCE));
    const ended = await Promise.allSettled(leases.map((lease) => this.runOne(lease, signal)));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    if (leases.length === AT_ONCE && performance.now() - this.observedAt < OBSERVE_MS) return 'again';
    return this.observe(leases.length);
  }

  private async observe(taken: number): Promise<TurnResult> {
    this.observedAt = performance.now();
    const { due, lagSeconds, nextMs } = await dueState(this.tenants.reader({}));
    this.due.set(due);
    this.lag.set(lagSeconds);
    if (taken > 0 && due > 0) return 'again';
    return nextMs === null ? undefined : Math.max(MIN_PAUSE_MS, nextMs);
  }

  /** A failure concerns one bot only. After an outage, which is not the bot's fault, it runs at once. */
  private async runOne(lease: Lease, signal: AbortSignal): Promise<void> {
    const ids = { botId: lease.bot_id, orgId: lease.org_id };
    const ended = this.took.startTimer();
    try {
      await this.tenants.run(lease.org_id, (tx) => this.run(tx, lease));
      ended({ outcome: 'ran' });
    } catch (error) {
      const outage = isPassing(error);
      ended({ outcome: outage ? 'interrupted' : 'failed' });
      if (error instanceof OrganisationDeleted) {
        await afterOutage(signal, () => this.tenants.as({}, (tx) => deleteLease(tx, lease.bot_id)));
        return;
      }
      if (outage) this.log.warn({ error, ...ids }, 'A bot was interrupted and continues after the outage');
      else this.log.error({ error, ...ids }, 'A bot failed and is retried later');
      // A lease that is not released would delay its bot by a minute.
      await afterOutage(signal, async () => {
        if (outage) await this.tenants.as({}, (tx) => releaseLease(tx, lease, 0));
        else await this.retryLater(lease);
      });
    }
  }

  /** A bot that keeps failing is halted, so that its owner learns of it. */
  private async retryLater(lease: Lease): Promise<void> {
    const failures = await this.tenants.as({}, (tx) => retryLater(tx, lease));
    if (failures >= MOST_FAILURES)
      await this.tenants.run(lease.org_id, (tx) => this.advance.haltUnrunnable(tx, lease.bot_id));
  }

  async run(tx: Tx, lease: Lease): Promise<void> {
    const bot = await lockBot(tx, lease.bot_id);
    if (!(await holdsLease(tx, lease))) return;
    // One that is over a limit rests as soon as it holds nothing, and goes on when the limit rises (`restrict-bots.ts`).
    const rests = bot?.restricted && bot.status === 'running' && !bot.open_trade_id;
    if (!bot || bot.status === 'stopped' || bot.status === 'halted' || rests) {
      if (bot && rests) await this.advance.takeBack(tx, bot);
      await dequeue(tx, lease.bot_id);
      return;
    }
    const limit = batchOf(bot);
    const series = { source: bot.source, market: rulesOfBot(bot), interval: bot.interval };
    const candles = await readCandles(tx, series, { after: bot.decided_up_to, from: bot.starts_at, limit });
    // Even without candles: a bot that is stopping and holds nothing stops here.
    const decided = candles.length > 0 || bot.status === 'stopping' ? await this.advance.run(tx, bot, candles) : 0;
    const caughtUp = decided === candles.length && candles.length < limit;
    await releaseLease(tx, lease, caughtUp ? LONGEST_PAUSE_SECONDS : pauseAfter(bot, decided));
  }
}

/** Candles that are not traded have no pace. */
const paceOf = ({ candles_per_second, trades_after, decided_up_to }: BotRow): number | null =>
  trades_after && decided_up_to && decided_up_to < trades_after ? null : candles_per_second;

const batchOf = (bot: BotRow): number => {
  const pace = paceOf(bot);
  return pace === null ? BATCH : Math.ceil(pace / PACES_PER_SECOND);
};

const pauseAfter = (bot: BotRow, candles: number): number => {
  const pace = paceOf(bot);
  return pace === null ? 0 : candles / pace;
};
