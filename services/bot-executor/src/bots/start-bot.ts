import { Injectable } from '@nestjs/common';
import { type Bot, botStarted, startBot } from '@tidegate/contracts/bot-executor/bots';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { personOf } from '../queue/person.ts';
import { lockBot, setStatus, toWire } from './bot.rows.ts';
import { enqueue } from './lease.rows.ts';
import { present } from './present.ts';

@Injectable()
export class StartBot {
  constructor(private readonly wakes: Wakes) {}

  @Handles(startBot)
  async handle({ input, caller, tx, emit }: Call<typeof startBot>): Promise<Bot> {
    const bot = present(await lockBot(tx, input.botId));
    if (bot.status === 'running') return toWire(bot);
    const row = present(await setStatus(tx, bot.id, 'running'));
    await enqueue(tx, bot.id, personOf(caller));
    tx.onCommit(() => this.wakes.wake('run-bots'));
    await emit(botStarted, { botId: bot.id, name: bot.name });
    return toWire(row);
  }
}
