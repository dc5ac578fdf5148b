import { Controller } from '@nestjs/common';
import { type Bot, botStarted, startBot } from '@tidegate/contracts/bot-executor/bots';
import { orNotFound } from '@tidegate/database/paging';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { personOf } from '../queue/queue.rows.ts';
import { AdvanceBot } from './advance-bot.ts';
import { countBots, findBot, lockBot, setStatus, toWire } from './bot.rows.ts';
import { liftHalt } from './bot-reasons.rows.ts';
import { enqueue } from './lease.rows.ts';
import { resume } from './resume-bot.ts';

/**
 * A stopped bot did not trade: candles of that time are not traded afterwards either, unless requested. A
 * bot with an open trade continues where it was, because its exits have to be watched.
 */
@Controller()
export class StartBot {
  constructor(
    private readonly entitlements: Entitlements,
    private readonly wakes: Wakes,
    private readonly advance: AdvanceBot,
  ) {}

  @Handles(startBot)
  async handle({ input, caller, tx, emit }: OperationContext<typeof startBot>): Promise<Bot> {
    const bot = orNotFound(await lockBot(tx, input.botId));
    if (bot.status === 'running') return toWire(bot);
    await this.entitlements.usable(tx, 'bots', bot.restricted, () => countBots(tx));
    if (!bot.open_trade_id) {
      if (input.resume === 'fromNow') await this.advance.takeBack(tx, bot);
      await resume(tx, bot, input.resume);
    }
    if (bot.status === 'halted') await liftHalt(tx, bot.id);
    await setStatus(tx, bot.id, 'running');
    await enqueue(tx, bot.id, personOf(caller));
    tx.onCommit(() => this.wakes.wake('run-bots'));
    await emit(botStarted, { botId: bot.id, name: bot.name });
    return toWire(orNotFound(await findBot(tx, bot.id)));
  }
}
