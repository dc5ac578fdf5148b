import { Controller } from '@nestjs/common';
import { conflict, notFound } from '@tidegate/contracts/kernel/problem';
import { type Delivery, retryDelivery } from '@tidegate/contracts/notifier/deliveries';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { findChannel } from '../channels/channel.rows.ts';
import { requireUsable } from '../channels/restrict-channels.ts';
import { DELIVER, lockDelivery, makeDueNow, requeueDelivery } from '../queue/delivery.rows.ts';
import { deliveryOf } from './read-deliveries.ts';
import { requireReady } from './test-channel.ts';

@Controller()
export class RetryDelivery {
  constructor(
    private readonly wakes: Wakes,
    private readonly entitlements: Entitlements,
  ) {}

  @Handles(retryDelivery)
  async handle({ input, tx, refuse }: OperationContext<typeof retryDelivery>): Promise<Delivery> {
    const delivery = await lockDelivery(tx, input.deliveryId);
    const channel = delivery && (await findChannel(tx, delivery.channel_id));
    if (!channel) throw notFound();
    if (delivery.state === 'delivered') throw conflict({}, 'The message has already been delivered.');
    requireReady(refuse, channel);
    await requireUsable(this.entitlements, tx, channel.restricted);
    tx.onCommit(() => this.wakes.wake(DELIVER));
    if (delivery.state === 'pending') await makeDueNow(tx, delivery.id);
    else await requeueDelivery(tx, delivery.id);
    return deliveryOf(tx, delivery.id);
  }
}
