import { Injectable } from '@nestjs/common';
import { listChannels } from '@tidegate/contracts/notifier/channels';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { pageOfChannels, toWire } from './channel.rows.ts';

@Injectable()
export class ListChannels {
  @Handles(listChannels)
  async handle({ input, tx }: OperationContext<typeof listChannels>) {
    const [before] = readCursor(input.cursor, 'uuid') ?? [];
    const rows = await pageOfChannels(tx, input.limit + 1, before);
    return pageOf(
      rows,
      input.limit,
      (row) => toWire(row),
      (row) => [row.id],
    );
  }
}
