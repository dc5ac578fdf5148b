import { Controller } from '@nestjs/common';
import { listIndexes } from '@tidegate/contracts/monitor-agent/relations';
import { rankedPage } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { indexRows } from './index-list.rows.ts';
import { INDEX_SAMPLES } from './relation-kinds.rows.ts';
import { coveredRange, rangeInPieces } from './relation-rollups.rows.ts';

@Controller()
export class ListIndexes {
  @Handles(listIndexes)
  async handle({ input, tx }: OperationContext<typeof listIndexes>) {
    const server = await requireServer(tx, input.serverId);
    const range = await rangeInPieces(tx, INDEX_SAMPLES, input.serverId, toRange(input));
    const rows = await indexRows(tx, input.serverId, range, input);
    return { range: coveredRange(range), known: server.facts?.indexesKnown ?? rows.length, ...rankedPage(rows, input) };
  }
}
