import type { Resumed } from '@tidegate/contracts/bot-executor/bot-reasons';
import type { Tx } from '@tidegate/database/tx';
import { newestCandle } from '../candles/candle.rows.ts';
import { priceText } from '../markets/markets.rules.ts';
import { type BotRow, rulesOfBot } from './bot.rows.ts';
import { storeResumed } from './bot-reasons.rows.ts';

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
  const market = rulesOfBot(bot);
  const newest = await newestCandle(tx, { source, market, interval });
  const now = new Date(Math.max(decided.getTime(), newest?.at ?? 0));
  // A strategy that remembers candles has to see them all.
  const skipped = newest && newest.at > decided.getTime() ? { lastPrice: priceText(market, newest.close) } : {};
  const passes = settings.strategy === 'martingale-ema' ? { tradesAfter: now } : { decidedUpTo: now, ...skipped };
  await storeResumed(tx, bot.id, { resumed: resumed('fromNow', now), ...passes });
}
