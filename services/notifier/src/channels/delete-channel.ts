import { Injectable } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { deleteChannel } from '@tidegate/contracts/notifier/channels';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { cancelDeliveries } from '../queue/delivery.rows.ts';
import { lockChannel, removeChannel } from './channel.rows.ts';

@Injectable()
export class DeleteChannel {
  @Handles(deleteChannel)
  async handle({ input, tx }: OperationContext<typeof deleteChannel>): Promise<Record<string, never>> {
    const channel = await lockChannel(tx, input.channelId);
    if (!channel) throw notFound();
    // Cancelling takes them off the queue; the rows themselves go with the channel.
    await cancelDeliveries(tx, channel.id);
    await removeChannel(tx, channel.id);
    return {};
  }
}
