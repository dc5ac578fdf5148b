import { Injectable } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { type Delivery, getDelivery } from '@tidegate/contracts/notifier/deliveries';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findDelivery, toWire } from '../queue/delivery.rows.ts';

@Injectable()
export class GetDelivery {
  @Handles(getDelivery)
  async handle({ input, tx }: OperationContext<typeof getDelivery>): Promise<Delivery> {
    const row = await findDelivery(tx, input.deliveryId);
    if (!row) throw notFound();
    return toWire(row);
  }
}
