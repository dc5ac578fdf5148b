import { Controller } from '@nestjs/common';
import { showOverview } from '@tidegate/contracts/monitor-agent/overview';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { lastActivity, toPoint } from '../activity/activity.rows.ts';
import { toRange } from '../kernel/storage/range.rules.ts';
import { databaseTotals } from '../relations/database-totals.rows.ts';
import { KeptSums } from '../series/kept-sums.ts';
import { figureStep } from '../server-figures/figure-steps.rules.ts';
import { figuresOf } from '../server-figures/server-days.rows.ts';
import { toFigures, totalOf } from '../server-figures/server-figures.rules.ts';
import { requireServer } from '../servers/require-server.ts';
import { missingOf, toWire } from '../servers/server.rows.ts';
import { rangeStatements } from '../statements/range-statements.ts';

const TOP = 5;

@Controller()
export class ShowOverview {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly kept: KeptSums,
  ) {}

  @Handles(showOverview)
  async handle({ input, tx }: OperationContext<typeof showOverview>) {
    const { serverId } = input;
    const row = await requireServer(tx, serverId);
    const now = new Date();
    const hour = toRange(input, now);
    const how = figureStep(hour, undefined, now);
    const [figures, databases, snapshot, top] = await Promise.all([
      figuresOf(tx, serverId, hour, how),
      databaseTotals(tx, serverId),
      lastActivity(tx, serverId, hour.to),
      // What moves into rollups meanwhile has to be seen once.
      this.tenants.snapshot(tx.orgId, (moment) =>
        rangeStatements(moment, this.kept, serverId, hour, { sort: 'totalMs', limit: TOP }),
      ),
    ]);
    const total = totalOf(figures);
    const { commitsPerSecond, rollbacksPerSecond, rowsReadPerSecond, rowsWrittenPerSecond, cacheHitRatio } =
      toFigures(total);
    const calls = top.range.coveredSeconds > 0 ? top.total.calls / top.range.coveredSeconds : 0;
    return {
      server: toWire(row),
      range: { from: hour.from.toISOString(), to: hour.to.toISOString(), coveredSeconds: total.span_us / 1_000_000 },
      uptimeSeconds: row.facts ? Math.max(0, now.getTime() - row.facts.startedAtUs / 1_000) / 1_000 : null,
      maxConnections: row.facts?.maxConnections ?? null,
      activity: snapshot ? toPoint(snapshot) : null,
      perSecond: {
        commits: commitsPerSecond ?? 0,
        rollbacks: rollbacksPerSecond ?? 0,
        rowsRead: rowsReadPerSecond ?? 0,
        rowsWritten: rowsWrittenPerSecond ?? 0,
        calls,
      },
      cacheHitRatio,
      databases: databases.count,
      bytes: databases.bytes,
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
