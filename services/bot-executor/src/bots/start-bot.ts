import { Controller } from '@nestjs/common';
import type { Resumed } from '@tidegate/contracts/bot-executor/bot-reasons';
import { type Bot, botStarted, startBot } from '@tidegate/contracts/bot-executor/bots';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { personOf } from '../queue/queue.rows.ts';
import { type BotRow, findBot, lockBot, setStatus, toWire } from './bot.rows.ts';
import { liftHalt, newestAt, storeResumed } from './bot-reasons.rows.ts';
import { enqueue } from './lease.rows.ts';

/**
 * A stopped bot did not trade: candles of that time are not traded afterwards either, unless requested. A
 * bot with an open trade continues where it was, because its exits have to be watched.
 */
@Controller()
export class StartBot {
  constructor(private readonly wakes: Wakes) {}

  @Handles(startBot)
  async handle({ input, caller, tx, emit }: OperationContext<typeof startBot>): Promise<Bot> {
    const bot = orNotFound(await lockBot(tx, input.botId));
    if (bot.status === 'running') return toWire(bot);
    if (!bot.open_trade_id) await resume(tx, bot, input.resume);
    if (bot.status === 'halted') await liftHalt(tx, bot.id);
    await setStatus(tx, bot.id, 'running');
    await enqueue(tx, bot.id, personOf(caller));
    tx.onCommit(() => this.wakes.wake('run-bots'));
    await emit(botStarted, { botId: bot.id, name: bot.name });
    return toWire(orNotFound(await findBot(tx, bot.id)));
  }
}

async function resume(tx: Tx, bot: BotRow, mode: 'fromNow' | 'catchUp'): Promise<void> {
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
