import { Controller } from '@nestjs/common';
import { listTables } from '@tidegate/contracts/monitor-agent/relations';
import { rankedPage } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { TABLE_SAMPLES } from './relation-kinds.rows.ts';
import { coveredRange, rangeInPieces } from './relation-rollups.rows.ts';
import { tableRows } from './table-list.rows.ts';

@Controller()
export class ListTables {
  @Handles(listTables)
  async handle({ input, tx }: OperationContext<typeof listTables>) {
    const server = await requireServer(tx, input.serverId);
    const range = await rangeInPieces(tx, TABLE_SAMPLES, input.serverId, toRange(input));
    const rows = await tableRows(tx, input.serverId, range, input);
    return { range: coveredRange(range), known: server.facts?.tablesKnown ?? rows.length, ...rankedPage(rows, input) };
  }
}
