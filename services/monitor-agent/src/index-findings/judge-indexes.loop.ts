import { Injectable } from '@nestjs/common';
import { findingFound, findingSolved } from '@tidegate/contracts/monitor-agent/server-list';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Outbox } from '@tidegate/messaging/outbox';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { organisationsWithServers } from '../kernel/schedule/lease.rows.ts';
import { dismissedFindings } from './dismissal.rows.ts';
import { judge } from './find-indexes.ts';
import { lockJudgement, serversToJudge, storeJudgement } from './index-judgement.rows.ts';
import { indexSnapshots } from './index-snapshot.rows.ts';
import { changesOf } from './judgement.rules.ts';

/*
 * Findings about indexes are made when somebody asks for them. So that nobody has to ask, those of each server are compared
 * with those of the last time, about once an hour, where something was collected since; what is new and what is gone is
 * emitted with what is remembered, in one transaction. Of each kind it is one event, whether one index or a thousand are
 * concerned. What a plan does not show is not judged.
 */
const EVERY_MS = 900_000;
const HOUR_MS = 3_600_000;

@Injectable()
export class JudgeIndexes {
  now = (): number => Date.now();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: Entitlements,
    private readonly outbox: Outbox,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'judge-indexes', everyMs: EVERY_MS })
  async turn({ signal }: Turn): Promise<void> {
    const before = new Date(this.now() - HOUR_MS);
    const organisations = await this.tenants.system('retention', organisationsWithServers);
    const how = { signal, log: this.log, what: 'Judging indexes' };
    await each(
      organisations.map((orgId) => ({ orgId })),
      how,
      async ({ orgId }) => {
        if (!(await this.entitlements.has(this.tenants.reader({ orgId }), 'index_analysis'))) return;
        const servers = await this.tenants.read(orgId, (tx) => serversToJudge(tx, before));
        await each(
          servers.map((serverId) => ({ serverId })),
          how,
          ({ serverId }) => this.judgeOne(orgId, serverId, before),
        );
      },
    );
  }

  private judgeOne(orgId: string, serverId: string, before: Date): Promise<void> {
    const at = this.now();
    return this.tenants.run(orgId, async (tx) => {
      const last = await lockJudgement(tx, serverId, before);
      if (!last) return;
      const { items } = await indexSnapshots(tx, serverId, undefined, at);
      const findings = await judge(items, at);
      const { found, solved, known } = changesOf(last.known, findings, await dismissedFindings(tx, serverId));
      const { name } = last;
      for (const change of found) await this.outbox.emit(tx, findingFound, { serverId, name, ...change });
      for (const change of solved) await this.outbox.emit(tx, findingSolved, { serverId, name, ...change });
      await storeJudgement(tx, serverId, new Date(at), known);
    });
  }
}
