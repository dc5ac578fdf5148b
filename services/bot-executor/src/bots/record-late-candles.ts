import { Injectable } from '@nestjs/common';
import type { CandleInterval } from '@tidegate/contracts/bot-executor/candles';
import type { Tx } from '@tidegate/database/tx';
import { Wakes } from '@tidegate/runtime/wakes';
import { CandleListener } from '../candles/store-candles.ts';
import { addLateCandles, lockBotsOver } from './late-candles.rows.ts';
import { wakeBots } from './lease.rows.ts';

/*
 * Candles that are added, or change, after a bot has decided on their time. Its trades stay, but a backtest of the same
 * settings over these candles would differ, so the bot reports them.
 */
@Injectable()
export class RecordLateCandles extends CandleListener {
  constructor(private readonly wakes: Wakes) {
    super();
  }

  async candlesChanged(
    tx: Tx,
    series: { market: string; interval: CandleInterval },
    { added, replaced }: { added: readonly number[]; replaced: readonly number[] },
  ): Promise<void> {
    const changed = [added, replaced].filter((times) => times.length > 0);
    if (changed.length > 0) await noteLate(tx, series, changed);
    await wakeBots(tx, tx.orgId);
    tx.onCommit(() => this.wakes.wake('run-bots'));
  }
}

async function noteLate(
  tx: Tx,
  series: { market: string; interval: CandleInterval },
  changed: readonly (readonly number[])[],
): Promise<void> {
  for (const { id, starts_at, decided_up_to } of await lockBotsOver(tx, series)) {
    const range = { from: starts_at?.getTime() ?? 0, to: decided_up_to?.getTime() ?? -1 };
    const late = changed.map((times) => within(times, range)).filter(({ count }) => count > 0);
    if (late.length === 0) continue;
    const count = late.reduce((sum, one) => sum + one.count, 0);
    const first = Math.min(...late.map((one) => one.first));
    await addLateCandles(tx, id, { count, from: new Date(first) });
  }
}

/** Of ascending times: how many lie in the range, and the first of them. */
function within(
  times: readonly number[],
  { from, to }: { from: number; to: number },
): { count: number; first: number } {
  const [begin, end] = [firstAfter(times, from - 1), firstAfter(times, to)];
  return { count: Math.max(0, end - begin), first: times[begin] ?? 0 };
}

/** Index of the first time that is later. */
function firstAfter(times: readonly number[], instant: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] as number) <= instant) low = middle + 1;
    else high = middle;
  }
  return low;
}
