import { Injectable } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { type Channel, updateChannel } from '@tidegate/contracts/notifier/channels';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { cancelDeliveries } from '../queue/delivery.rows.ts';
import { changeChannel, disableChannel, enableChannel, findChannel, lockChannel, toWire } from './channel.rows.ts';

@Injectable()
export class UpdateChannel {
  @Handles(updateChannel)
  async handle({ input, tx }: OperationContext<typeof updateChannel>): Promise<Channel> {
    const before = await lockChannel(tx, input.channelId);
    if (!before) throw notFound();
    await changeChannel(tx, before.id, input);
    if (input.state === 'active' && before.state === 'disabled') await enableChannel(tx, before.id);
    if (input.state === 'disabled' && before.state === 'active') {
      await disableChannel(tx, before.id, 'by_member');
      await cancelDeliveries(tx, before.id);
    }
    const after = await findChannel(tx, before.id);
    if (!after) throw notFound();
    return toWire(after);
  }
}
