import { Controller } from '@nestjs/common';
import { type Bot, botHalted, stopBot } from '@tidegate/contracts/bot-executor/bots';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { AdvanceBot } from './advance-bot.ts';
import { type BotRow, findBot, lockBot, setStatus, toWire } from './bot.rows.ts';

/**
 * running ──finish──► stopping while a trade is open, stopped after it   ──close──► stopped, the trade closed now
 * A stop never leaves a trade without its exit. A halted bot decides nothing, so its trade is closed or stays as it is.
 */
@Controller()
export class StopBot {
  constructor(private readonly advance: AdvanceBot) {}

  @Handles(stopBot)
  async handle({ input, tx, refuse }: OperationContext<typeof stopBot>): Promise<Bot> {
    const bot = orNotFound(await lockBot(tx, input.botId));
    if (bot.status === 'stopped') return toWire(bot);
    if (bot.status === 'halted' && bot.open_trade_id && input.openTrade === 'finish')
      throw halted(refuse, bot, 'It cannot finish its trade.');
    if (input.openTrade === 'close' || !bot.open_trade_id) await this.advance.close(tx, bot);
    else await setStatus(tx, bot.id, 'stopping');
    const after = orNotFound(await findBot(tx, bot.id));
    if (after.status === 'halted') throw halted(refuse, after, 'Its trade cannot be closed.');
    return toWire(after);
  }
}

function halted(
  refuse: Refuse<typeof botHalted>,
  { id, halted: halt }: BotRow,
  what: 'It cannot finish its trade.' | 'Its trade cannot be closed.',
): Error {
  const data = {
    halted: halt ?? { reason: 'contradictoryReports' as const, message: '', at: new Date().toISOString() },
  };
  return refuse(botHalted, data, `${what} Start it again, or delete it: DELETE /api/v1/bots/${id}`);
}
