import { Controller } from '@nestjs/common';
import { listDatabases } from '@tidegate/contracts/monitor-agent/relations';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { toRange } from '../kernel/storage/range.rules.ts';
import { coveredRange } from '../kernel/storage/sample.rows.ts';
import { requireServer } from '../servers/require-server.ts';
import { DATABASE_SAMPLES } from './relation-kinds.rows.ts';
import { databaseRows } from './relation-lists.rows.ts';

@Controller()
export class ListDatabases {
  @Handles(listDatabases)
  async handle({ input, tx }: OperationContext<typeof listDatabases>) {
    const range = toRange(input);
    const server = await requireServer(tx, input.serverId);
    // Times of sessions came with PostgreSQL 14.
    const hasTimes = Number.parseInt(server.facts?.version ?? '0', 10) >= 14;
    const [covered, items] = await Promise.all([
      coveredRange(tx, DATABASE_SAMPLES, input.serverId, range),
      databaseRows(tx, input.serverId, range, hasTimes),
    ]);
    return { range: covered, items };
  }
}
