import { Controller } from '@nestjs/common';
import { listServers } from '@tidegate/contracts/monitor-agent/server';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { listServerRows, toWire } from './server.rows.ts';

@Controller()
export class ListServers {
  @Handles(listServers)
  async handle({ input, tx }: OperationContext<typeof listServers>) {
    const after = readCursor(input.cursor, 'text', 'uuid');
    const rows = await listServerRows(tx, input.limit + 1, after);
    return pageOf(rows, input.limit, toWire, ({ name, id }) => [name, id]);
  }
}
