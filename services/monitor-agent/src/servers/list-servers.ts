import { Controller } from '@nestjs/common';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { type ListedServer, listServers } from '@tidegate/contracts/monitor-agent/server-list';
import { pageOf, rankedPage } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { lastHours, lastSessions } from '../server-figures/server-figures.rows.ts';
import { toListed } from './listed-server.rules.ts';
import type { ServerRow } from './server.rows.ts';
import { missingOf, toWire } from './server.rows.ts';
import { countByState, lastFigures, listServerRows } from './server-list.rows.ts';

const HOUR_MS = 3_600_000;

/** Three reads however many servers there are: the page, the last hour of those on it, their last sessions. */
@Controller()
export class ListServers {
  now = (): Date => new Date();

  constructor(private readonly entitlements: Entitlements) {}

  @Handles(listServers)
  async handle({ input, tx }: OperationContext<typeof listServers>) {
    const now = (await this.entitlements.isDemo(tx)) ? await lastFigures(tx, this.now()) : this.now();
    const rows = await listServerRows(tx, input, now);
    const { items, ...next } =
      input.sort === 'name'
        ? pageOf(
            rows,
            input.limit,
            (row) => row,
            ({ name, id }) => [name, id],
          )
        : rankedPage(rows, input);
    const listed = await this.withFigures(tx, items, now);
    return { items: listed, ...next, counts: input.count ? await countByState(tx, input.search) : null };
  }

  private async withFigures(tx: Tx, rows: readonly ServerRow[], now: Date): Promise<ListedServer[]> {
    const ids = rows.map(({ id }) => id);
    const included = ids.length > 0 && (await this.includesMetrics(tx));
    const minute = new Date(Math.floor(now.getTime() / 60_000) * 60_000 + 60_000);
    const hour = { from: new Date(minute.getTime() - HOUR_MS), to: minute };
    const hours = new Map((included ? await lastHours(tx, ids, hour) : []).map((row) => [row.server_id, row] as const));
    const sessions = new Map(
      (included ? await lastSessions(tx, ids, hour) : []).map((row) => [row.server_id, row] as const),
    );
    return rows.map((row) =>
      toListed(toWire(row), {
        now: now.getTime(),
        from: hour.from.getTime(),
        missing: missingOf(row),
        maxConnections: row.facts?.maxConnections ?? null,
        hour: hours.get(row.id),
        sessions: sessions.get(row.id),
      }),
    );
  }

  private async includesMetrics(tx: Tx): Promise<boolean> {
    try {
      await this.entitlements.shows(tx, 'metrics');
      return true;
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'feature_not_included') return false;
      throw error;
    }
  }
}
