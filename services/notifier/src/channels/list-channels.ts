import { Injectable } from '@nestjs/common';
import { listChannels } from '@tidegate/contracts/notifier/channels';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { cursorId, pageOf } from '../paging.ts';
import { pageOfChannels, toWire } from './channel.rows.ts';

@Injectable()
export class ListChannels {
  @Handles(listChannels)
  async handle({ input, tx }: Call<typeof listChannels>) {
    const rows = await pageOfChannels(tx, cursorId(input.cursor), input.limit + 1);
    return pageOf(rows, input.limit, toWire);
  }
}
