import { Controller } from '@nestjs/common';
import { listTables } from '@tidegate/contracts/monitor-agent/relations';
import { rankedPage } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { coveredRange } from '../kernel/storage/sample.rows.ts';
import { requireServer } from '../servers/require-server.ts';
import { TABLE_SAMPLES } from './relation-kinds.rows.ts';
import { tableRows } from './relation-lists.rows.ts';

@Controller()
export class ListTables {
  @Handles(listTables)
  async handle({ input, tx }: OperationContext<typeof listTables>) {
    const range = toRange(input);
    const server = await requireServer(tx, input.serverId);
    const [covered, rows] = await Promise.all([
      coveredRange(tx, TABLE_SAMPLES, input.serverId, range),
      tableRows(tx, input.serverId, range, input),
    ]);
    return { range: covered, known: server.facts?.tablesKnown ?? rows.length, ...rankedPage(rows, input) };
  }
}
