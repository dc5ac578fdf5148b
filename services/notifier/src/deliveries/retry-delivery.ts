import { Injectable } from '@nestjs/common';
import { conflict, notFound } from '@tidegate/contracts/kernel/problem';
import { channelDisabled, channelUnconfirmed } from '@tidegate/contracts/notifier/channels';
import { type Delivery, retryDelivery } from '@tidegate/contracts/notifier/deliveries';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { findChannel, isUnconfirmed } from '../channels/channel.rows.ts';
import {
  DELIVER,
  findDelivery,
  hastenDelivery,
  lockDelivery,
  restartDelivery,
  toWire,
} from '../queue/delivery.rows.ts';
import { ASK_AGAIN } from './test-channel.ts';

@Injectable()
export class RetryDelivery {
  constructor(private readonly wakes: Wakes) {}

  @Handles(retryDelivery)
  async handle({ input, tx }: OperationContext<typeof retryDelivery>): Promise<Delivery> {
    const delivery = await lockDelivery(tx, input.deliveryId);
    const channel = delivery && (await findChannel(tx, delivery.channel_id));
    if (!channel) throw notFound();
    if (delivery.state === 'delivered') throw conflict({}, 'The message has been delivered already.');
    if (channel.state === 'disabled') {
      throw channelDisabled({}, `Enable it first: PATCH /api/v1/channels/${channel.id} {"state":"active"}`);
    }
    if (isUnconfirmed(channel)) throw channelUnconfirmed({}, ASK_AGAIN);
    tx.onCommit(() => this.wakes.wake(DELIVER));
    if (delivery.state === 'pending') await hastenDelivery(tx, delivery.id);
    else await restartDelivery(tx, delivery.id);
    const after = await findDelivery(tx, delivery.id);
    if (!after) throw notFound();
    return toWire(after);
  }
}
