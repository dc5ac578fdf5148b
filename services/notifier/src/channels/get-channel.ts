import { Injectable } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { type Channel, getChannel } from '@tidegate/contracts/notifier/channels';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findChannel, toWire } from './channel.rows.ts';

@Injectable()
export class GetChannel {
  @Handles(getChannel)
  async handle({ input, tx }: OperationContext<typeof getChannel>): Promise<Channel> {
    const row = await findChannel(tx, input.channelId);
    if (!row) throw notFound();
    return toWire(row);
  }
}
