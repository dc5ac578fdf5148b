import { Controller } from '@nestjs/common';
import { type Delivery, getDelivery, listDeliveries } from '@tidegate/contracts/notifier/deliveries';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { DELIVERY_ORDERS, findDelivery, listDeliveries as listRows, toWire } from '../queue/delivery.rows.ts';

@Controller()
export class ReadDeliveries {
  @Handles(listDeliveries)
  async list({ input, tx }: OperationContext<typeof listDeliveries>) {
    const place = DELIVERY_ORDERS.place(input);
    return place.page(await listRows(tx, place, input), toWire);
  }

  @Handles(getDelivery)
  async get({ input, tx }: OperationContext<typeof getDelivery>): Promise<Delivery> {
    return deliveryOf(tx, input.deliveryId);
  }
}

/** As it stands now. */
export async function deliveryOf(tx: Tx, id: string): Promise<Delivery> {
  const row = orNotFound(await findDelivery(tx, id));
  return toWire(row);
}
