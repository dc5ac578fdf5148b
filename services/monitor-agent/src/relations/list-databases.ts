import { Controller } from '@nestjs/common';
import { listDatabases } from '@tidegate/contracts/monitor-agent/relations';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { databaseRows } from './database-list.rows.ts';
import { DATABASE_SAMPLES } from './relation-kinds.rows.ts';
import { coveredRange, rangeInPieces } from './relation-rollups.rows.ts';

@Controller()
export class ListDatabases {
  @Handles(listDatabases)
  async handle({ input, tx }: OperationContext<typeof listDatabases>) {
    const server = await requireServer(tx, input.serverId);
    const range = await rangeInPieces(tx, DATABASE_SAMPLES, input.serverId, toRange(input));
    // Times of sessions came with PostgreSQL 14.
    const hasTimes = Number.parseInt(server.facts?.version ?? '0', 10) >= 14;
    const items = await databaseRows(tx, input.serverId, range, hasTimes);
    return { range: coveredRange(range), items };
  }
}
