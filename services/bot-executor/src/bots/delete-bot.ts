import { Controller } from '@nestjs/common';
import { botDeleted, botNotStopped, deleteBot } from '@tidegate/contracts/bot-executor/bots';
import { orNotFound } from '@tidegate/database/paging';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { deleteBotRow, lockBot } from './bot.rows.ts';
import { deleteLease } from './lease.rows.ts';

@Controller()
export class DeleteBot {
  constructor(private readonly entitlements: Entitlements) {}

  @Handles(deleteBot)
  handle(context: OperationContext<typeof deleteBot>) {
    return this.entitlements.removing(context.tx, () => this.remove(context));
  }

  private async remove({ input, tx, emit, refuse }: OperationContext<typeof deleteBot>) {
    const bot = orNotFound(await lockBot(tx, input.botId));
    if (bot.status !== 'stopped' && bot.status !== 'halted') {
      throw refuse(botNotStopped, { state: bot.status }, `Stop it first: POST /api/v1/bots/${bot.id}/stop`);
    }
    await deleteLease(tx, bot.id);
    await deleteBotRow(tx, bot.id);
    await emit(botDeleted, { botId: bot.id, name: bot.name });
    return {};
  }
}
