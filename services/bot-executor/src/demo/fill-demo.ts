import { Controller } from '@nestjs/common';
import { demoFill, demoRange } from '@tidegate/contracts/kernel/demo';
import { demoId } from '@tidegate/contracts/kernel/demo-shape';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { findBacktest, insertBacktest, setName } from '../backtests/backtest.rows.ts';
import { measuredSeries } from '../backtests/requested-series.ts';
import { findBot, insertBot, lockBot, setStatus } from '../bots/bot.rows.ts';
import { enqueue, wakeBots } from '../bots/lease.rows.ts';
import { resume } from '../bots/resume-bot.ts';
import { saveImported } from '../candles/candle.rows.ts';
import { ENGINE_VERSION } from '../engine/content-hash.ts';
import { marketFor, marketNamed } from '../markets/market.rows.ts';
import { termsOf } from '../markets/markets.rules.ts';
import { enqueueWork } from '../queue/queue.rows.ts';
import { combinationsOf } from '../sweeps/combinations.rules.ts';
import { findSweep, insertSweep } from '../sweeps/sweep.rows.ts';
import { runsWithin } from '../sweeps/sweep-budget.rules.ts';
import { demoState, markBot } from './demo.rows.ts';
import { BACKTESTS, BOTS, candlesOf, INTERVAL, MARKETS, SWEEPS } from './made-up.rules.ts';

const FEED = { source: 'imported', interval: INTERVAL } as const;
/** Of what is there once: the same id in each fill. */
const SINCE = Date.UTC(2026, 0, 1);

/**
 * A market's candles in each part, then what trades on them: the runners do the rest, and the last part is asked until they
 * have. What is there stays as it is, and bots go on where they were.
 */
@Controller()
export class FillDemo {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly wakes: Wakes,
  ) {}

  @Handles(demoFill['bot-executor'])
  async handle({ input, tx }: OperationContext<(typeof demoFill)['bot-executor']>) {
    await this.entitlements.requireDemo(tx);
    const { from, until } = demoRange(input);
    const market = MARKETS[input.part];
    if (market) {
      const rules = await marketNamed(tx, market.market);
      await saveImported(tx, rules, INTERVAL, candlesOf(market, Number(rules.tickSize), { from, until }));
      return { next: input.part + 1, written: {} };
    }
    if (input.part === MARKETS.length) {
      await this.begin(tx, new Date(from));
      return { next: input.part + 1, written: {} };
    }
    const { counts, ready } = await demoState(tx);
    return ready ? { next: null, written: { ...counts } } : { next: input.part, written: {} };
  }

  private async begin(tx: Tx, from: Date): Promise<void> {
    const orgId = tx.orgId as string;
    for (const [index, bot] of BOTS.entries()) await startBot(tx, demoId(orgId, bot.name, SINCE + index), bot, from);
    for (const [index, { name, settings }] of BACKTESTS.entries()) {
      const id = demoId(orgId, name, SINCE + index);
      if (await findBacktest(tx, id)) continue;
      const market = await marketFor(tx, settings);
      const { candles, first, lastAt } = await measuredSeries(tx, { market, feed: FEED });
      const span = { candles, from: new Date(first.at).toISOString(), to: new Date(lastAt).toISOString() };
      const rules = { market: termsOf(market), currency: market.quote, engineVersion: ENGINE_VERSION };
      await insertBacktest(tx, id, { settings, feed: FEED, ...rules, ...span });
      await setName(tx, id, name);
      await enqueueWork(tx, 'backtest', id, orgId);
    }
    await this.sweep(tx);
    await wakeBots(tx, orgId);
    tx.onCommit(() => {
      for (const loop of ['run-bots', 'run-backtests', 'run-sweeps']) this.wakes.wake(loop);
    });
  }

  private async sweep(tx: Tx): Promise<void> {
    const orgId = tx.orgId as string;
    for (const [index, { settings, vary, walkForward }] of SWEEPS.entries()) {
      const id = demoId(orgId, 'sweep', SINCE + index);
      if (await findSweep(tx, id)) continue;
      const market = await marketFor(tx, settings);
      const { candles, first } = await measuredSeries(tx, { market, feed: FEED });
      const { valid, refused } = combinationsOf(settings, vary, first.open, market);
      const work = { settings, vary, feed: FEED, rankBy: 'profit', walkForward, market: termsOf(market) } as const;
      const runs = runsWithin(valid.length, candles, walkForward);
      await insertSweep(tx, { id, work, combinations: valid.length, refused, runs });
      await enqueueWork(tx, 'sweep', id, orgId);
    }
  }
}

async function startBot(tx: Tx, id: string, { name, settings }: (typeof BOTS)[number], from: Date): Promise<void> {
  if (await findBot(tx, id)) return;
  const marketRules = termsOf(await marketFor(tx, settings));
  const feed = { ...FEED, candlesPerSecond: undefined, startsAt: from };
  await insertBot(tx, { id, name, settings, marketRules, ...feed });
  await markBot(tx, id, from);
  const bot = await lockBot(tx, id);
  if (!bot) throw new Error('The bot was just stored.');
  await resume(tx, bot, 'catchUp');
  await setStatus(tx, id, 'running');
  await enqueue(tx, id, tx.orgId as string);
}
