import { Injectable } from '@nestjs/common';
import { listIndexFindings } from '@tidegate/contracts/monitor-agent/index-findings';
import { slicePage } from '@tidegate/database/paging';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { requireServer } from '../servers/require-server.ts';
import { indexFindings, observedDatabases } from './index-findings.rules.ts';
import { indexSnapshots } from './index-snapshot.rows.ts';

@Injectable()
export class ListIndexFindings {
  @Handles(listIndexFindings)
  async handle({ input, tx }: Call<typeof listIndexFindings>) {
    await requireServer(tx, input.serverId);
    const now = Date.now();
    const { known, items } = await indexSnapshots(tx, input.serverId, input.database, now);
    const findings = indexFindings(items, now);
    const dropped = findings.filter(({ sql }) => sql?.startsWith('DROP'));
    return {
      ...slicePage(findings, input),
      total: findings.length,
      bytes: dropped.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
      looked: items.length,
      known,
      databases: observedDatabases(items, now),
    };
  }
}
