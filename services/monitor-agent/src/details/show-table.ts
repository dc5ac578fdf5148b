import { Controller } from '@nestjs/common';
import { notFound } from '@tidegate/contracts/kernel/problem';
import type { Table } from '@tidegate/contracts/monitor-agent/relations';
import { showTable } from '@tidegate/contracts/monitor-agent/table-detail';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { indexFindingsOf } from '../index-findings/find-indexes.ts';
import { toRange } from '../kernel/storage/range.rules.ts';
import { indexRows } from '../relations/index-list.rows.ts';
import { INDEX_SAMPLES, TABLE_SAMPLES } from '../relations/relation-kinds.rows.ts';
import { coveredRange, type RangeInPieces, rangeInPieces } from '../relations/relation-rollups.rows.ts';
import { tableRows } from '../relations/table-list.rows.ts';
import { growthOf, type NamedTable, tablesNamed } from '../relations/tables-named.rows.ts';
import { requireServer } from '../servers/require-server.ts';

const MOST_INDEXES = 200;

@Controller()
export class ShowTable {
  @Handles(showTable)
  async handle({ input, tx }: OperationContext<typeof showTable>) {
    const { serverId, database, schema, table: name } = input;
    await requireServer(tx, serverId);
    const asked = toRange(input);
    const range = await rangeInPieces(tx, TABLE_SAMPLES, serverId, asked);
    const [named] = await tablesNamed(tx, serverId, database, [{ schema, name }]);
    const table = named && (await this.find(tx, serverId, range, named));
    if (!table) throw notFound({}, 'There is no such table, or it is gone.');
    const ofIndexes = await rangeInPieces(tx, INDEX_SAMPLES, serverId, asked);
    const indexes = await indexRows(tx, serverId, ofIndexes, {
      sort: 'bytes',
      limit: MOST_INDEXES,
      partitions: table.partitions === null ? 'apart' : 'together',
      database,
      schema,
      table: name,
      of: named,
    });
    return {
      range: coveredRange(range),
      table,
      indexes: indexes.slice(0, MOST_INDEXES),
      findings: await indexFindingsOf(tx, serverId, database, [named]),
      growth: await growthOf(tx, serverId, named),
    };
  }

  /** With its partitions, or a partition by itself. */
  private async find(tx: Tx, serverId: string, range: RangeInPieces, of: NamedTable): Promise<Table | undefined> {
    for (const partitions of ['together', 'apart'] as const) {
      const found = await tableRows(tx, serverId, range, { sort: 'name', limit: 1, partitions, schema: of.schema, of });
      const own = found.find(({ name }) => name === of.name);
      if (own) return own;
    }
    return undefined;
  }
}
