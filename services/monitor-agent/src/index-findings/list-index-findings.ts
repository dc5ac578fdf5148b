import { Controller } from '@nestjs/common';
import { listIndexFindings } from '@tidegate/contracts/monitor-agent/index-findings';
import { slicePage } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireServer } from '../servers/require-server.ts';
import { dismissedFindings } from './dismissal.rows.ts';
import { judge } from './find-indexes.ts';
import { findingId, observedDatabases } from './index-findings.rules.ts';
import { indexSnapshots } from './index-snapshot.rows.ts';

@Controller()
export class ListIndexFindings {
  @Handles(listIndexFindings)
  async handle({ input, tx }: OperationContext<typeof listIndexFindings>) {
    await requireServer(tx, input.serverId);
    const now = Date.now();
    const { known, items } = await indexSnapshots(tx, input.serverId, input.database, now);
    const dismissals = await dismissedFindings(tx, input.serverId);
    const found = (await judge(items, now))
      .filter(({ table }) => input.table === undefined || table === input.table)
      .map((finding) => ({
        ...finding,
        id: findingId(finding),
        dismissed: dismissals.get(findingId(finding)) ?? null,
      }));
    const findings = found.filter(({ dismissed }) => (dismissed !== null) === input.dismissed);
    const dropped = findings.filter(({ sql }) => sql?.startsWith('DROP'));
    return {
      ...slicePage(findings, input),
      total: findings.length,
      dismissed: found.filter(({ dismissed }) => dismissed !== null).length,
      bytes: dropped.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
      judged: items.length,
      known,
      databases: observedDatabases(items, now),
    };
  }
}
