import type { Resumed } from '@tidegate/contracts/bot-executor/bot-reasons';
import type { Tx } from '@tidegate/database/tx';
import type { BotRow } from './bot.rows.ts';
import { newestAt, storeResumed } from './bot-reasons.rows.ts';

/** For a bot that has not traded for a while and holds nothing: from which candle on it trades again. */
export async function resume(tx: Tx, bot: BotRow, mode: 'fromNow' | 'catchUp'): Promise<void> {
  const { settings, source, interval, decided_up_to: decided } = bot;
  const resumed = (how: Resumed['mode'], after: Date | null): Resumed => {
    return { mode: how, after: after?.toISOString() ?? null, at: new Date().toISOString() };
  };
  if (!decided || mode === 'catchUp') {
    await storeResumed(tx, bot.id, { resumed: resumed(decided ? 'catchUp' : 'beginning', decided) });
    return;
  }
  const newest = await newestAt(tx, { source, market: settings.market, interval });
  const now = new Date(Math.max(decided.getTime(), newest?.getTime() ?? 0));
  // A strategy that remembers candles has to see them all.
  const passes = settings.strategy === 'martingale-ema' ? { tradesAfter: now } : { decidedUpTo: now };
  await storeResumed(tx, bot.id, { resumed: resumed('fromNow', now), ...passes });
}
