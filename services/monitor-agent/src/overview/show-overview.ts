import { Controller } from '@nestjs/common';
import { showOverview } from '@tidegate/contracts/monitor-agent/overview';
import type { Database } from '@tidegate/contracts/monitor-agent/relations';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { lastActivity, toPoint } from '../activity/activity.rows.ts';
import { toRange } from '../kernel/storage/range.rules.ts';
import { coveredRange } from '../kernel/storage/sample.rows.ts';
import { DATABASE_SAMPLES } from '../relations/relation-kinds.rows.ts';
import { databaseRows } from '../relations/relation-lists.rows.ts';
import { requireServer } from '../servers/require-server.ts';
import { missingOf, toWire } from '../servers/server.rows.ts';
import { rangeStatements } from '../statements/range-statements.ts';

const TOP = 5;

@Controller()
export class ShowOverview {
  @Handles(showOverview)
  async handle({ input: { serverId }, tx }: OperationContext<typeof showOverview>) {
    const row = await requireServer(tx, serverId);
    const now = new Date();
    const hour = toRange({}, now);
    const [range, databases, snapshot, top] = await Promise.all([
      coveredRange(tx, DATABASE_SAMPLES, serverId, hour),
      databaseRows(tx, serverId, hour, true),
      lastActivity(tx, serverId, now),
      // The last hour has not moved anywhere: it needs no common moment.
      rangeStatements(tx, serverId, hour, { sort: 'totalMs', limit: TOP }),
    ]);
    const sum = (pick: (database: Database) => number | null) =>
      databases.reduce((total, database) => total + (pick(database) ?? 0), 0);
    const existing = databases.filter(({ goneAt }) => goneAt === null);
    // Statements and databases are looked at by queries of their own, of which one may have failed for a while.
    const rate = (count: number, { coveredSeconds } = range) => (coveredSeconds > 0 ? count / coveredSeconds : 0);
    const [hit, read] = [sum((one) => one.blocksHit), sum((one) => one.blocksRead)];
    return {
      server: toWire(row),
      range,
      uptimeSeconds: row.facts ? Math.max(0, now.getTime() - row.facts.startedAtUs / 1_000) / 1_000 : null,
      maxConnections: row.facts?.maxConnections ?? null,
      activity: snapshot ? toPoint(snapshot) : null,
      perSecond: {
        commits: rate(sum((one) => one.commits)),
        rollbacks: rate(sum((one) => one.rollbacks)),
        rowsRead: rate(sum((one) => one.rowsReturned)),
        rowsWritten: rate(sum((one) => one.rowsInserted + one.rowsUpdated + one.rowsDeleted)),
        calls: rate(top.total.calls, top.range),
      },
      cacheHitRatio: hit + read > 0 ? hit / (hit + read) : null,
      databases: existing.length,
      bytes: existing.some(({ bytes }) => bytes !== null)
        ? existing.reduce((total, { bytes }) => total + (bytes ?? 0), 0)
        : null,
      tables: row.facts?.tablesKnown ?? 0,
      indexes: row.facts?.indexesKnown ?? 0,
      statements: {
        known: top.total.statements,
        completeness: top.completeness,
        top: top.items,
      },
      missing: missingOf(row),
    };
  }
}
