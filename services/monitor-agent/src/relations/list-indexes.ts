import { Controller } from '@nestjs/common';
import { listIndexes } from '@tidegate/contracts/monitor-agent/relations';
import { rankedPage } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { coveredRange } from '../kernel/storage/sample.rows.ts';
import { requireServer } from '../servers/require-server.ts';
import { INDEX_SAMPLES } from './relation-kinds.rows.ts';
import { indexRows } from './relation-lists.rows.ts';

@Controller()
export class ListIndexes {
  @Handles(listIndexes)
  async handle({ input, tx }: OperationContext<typeof listIndexes>) {
    const range = toRange(input);
    const server = await requireServer(tx, input.serverId);
    const [covered, rows] = await Promise.all([
      coveredRange(tx, INDEX_SAMPLES, input.serverId, range),
      indexRows(tx, input.serverId, range, input),
    ]);
    return { range: covered, known: server.facts?.indexesKnown ?? rows.length, ...rankedPage(rows, input) };
  }
}
