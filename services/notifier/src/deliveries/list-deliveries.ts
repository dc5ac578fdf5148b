import { Injectable } from '@nestjs/common';
import { listDeliveries } from '@tidegate/contracts/notifier/deliveries';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { cursorId, pageOf } from '../paging.ts';
import { pageOfDeliveries, toWire } from './delivery.rows.ts';

@Injectable()
export class ListDeliveries {
  @Handles(listDeliveries)
  async handle({ input, tx }: Call<typeof listDeliveries>) {
    const wanted = { channelId: input.channelId, state: input.state, before: cursorId(input.cursor) };
    return pageOf(await pageOfDeliveries(tx, wanted, input.limit + 1), input.limit, toWire);
  }
}
