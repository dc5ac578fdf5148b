import { Injectable } from '@nestjs/common';
import { listDeliveries } from '@tidegate/contracts/notifier/deliveries';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { pageOfDeliveries, toWire } from '../queue/delivery.rows.ts';

@Injectable()
export class ListDeliveries {
  @Handles(listDeliveries)
  async handle({ input, tx }: OperationContext<typeof listDeliveries>) {
    const [before] = readCursor(input.cursor, 'uuid') ?? [];
    const wanted = { channelId: input.channelId, state: input.state, before };
    const rows = await pageOfDeliveries(tx, wanted, input.limit + 1);
    return pageOf(rows, input.limit, toWire, (row) => [row.id]);
  }
}
