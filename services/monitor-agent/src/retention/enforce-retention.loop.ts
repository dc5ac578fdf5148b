import { setTimeout } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import {
  dropDays,
  dropEmptiedDay,
  dropMonth,
  ensureDays,
  ensureMonths,
  isLockTimeout,
} from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { organisationsWithServers } from '../kernel/schedule/lease.rows.ts';
import { MonitorAgentConfig } from '../monitor-agent.config.ts';
import { HOUR_CHUNKS, SERIES_TABLES } from '../series/rollup.rows.ts';
import { MINUTES_KEPT_DAYS } from '../server-figures/minutes-kept.rules.ts';
import { SERVER_MINUTES } from '../server-figures/server-figures.rows.ts';
import { deleteOlderThan, SAMPLE_TABLES } from './retention.rows.ts';

/*
 * Room for tomorrow, and an end for what is old. Partitions are made days ahead, so that a night without this loop
 * stops nothing; they are dropped when even the longest plan is past them. What a shorter plan no longer keeps is
 * deleted day by day, organisation by organisation; one that fails does not stop the others. Days whose samples have all moved into rollups go at once: their
 * indexes would stay as large as ever. All of it may run in several replicas at once.
 */
const DAY_TABLES = [...SAMPLE_TABLES, HOUR_CHUNKS];
const AHEAD_DAYS = 3;
const AHEAD_MONTHS_MS = 31 * 86_400_000;
const LEAST_DAYS = 1;
/** Rows move on from these. */
const MOVED_TABLES = ['statement_samples', HOUR_CHUNKS];
const EMPTIED_DAYS = 3;
const DROP_TRIES = 5;
const DROP_PAUSE_MS = 1_000;

@Injectable()
export class EnforceRetention implements OnApplicationBootstrap {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly entitlements: Entitlements,
    private readonly config: MonitorAgentConfig,
    private readonly log: Log,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.makeRoom();
  }

  @Loop({ name: 'enforce-retention', everyMs: 3_600_000 })
  async turn({ signal }: Turn): Promise<void> {
    await this.makeRoom();
    for (const table of DAY_TABLES) {
      const days = table === SERVER_MINUTES ? MINUTES_KEPT_DAYS : this.config.MONITOR_MAX_RETENTION_DAYS;
      await this.tenants.system('partitions', (tx) => dropDays(tx, table, days));
    }
    for (const table of MOVED_TABLES) {
      await this.dropAll(signal, (tx) => dropEmptiedDay(tx, table, EMPTIED_DAYS));
    }
    for (const table of SERIES_TABLES) {
      await this.dropAll(signal, (tx) => dropMonth(tx, table, this.config.MONITOR_MAX_RETENTION_DAYS));
    }
    const organisations = await this.tenants.system('retention', organisationsWithServers);
    const how = { signal, log: this.log, what: 'Deleting what a plan no longer keeps' };
    await each(
      organisations.map((orgId) => ({ orgId })),
      how,
      async ({ orgId }) => {
        const days = await this.tenants.run(orgId, (tx) => this.retentionDays(tx));
        await deleteOlderThan((work) => this.tenants.run(orgId, work), signal, days);
      },
    );
  }

  /** Each in a transaction of its own; what is in use now is tried again, and in an hour at the latest. */
  private async dropAll(signal: AbortSignal, dropOne: (tx: Tx) => Promise<boolean>): Promise<void> {
    for (let failures = 0; failures < DROP_TRIES && !signal.aborted; ) {
      try {
        if (!(await this.tenants.system('partitions', dropOne))) return;
      } catch (error) {
        if (!isLockTimeout(error)) throw error;
        failures += 1;
        await setTimeout(DROP_PAUSE_MS);
      }
    }
  }

  private async makeRoom(): Promise<void> {
    for (const table of DAY_TABLES) {
      await this.tenants.system('partitions', (tx) => ensureDays(tx, table, { back: 1, ahead: AHEAD_DAYS }));
    }
    const [from, to] = [new Date(), new Date(Date.now() + AHEAD_MONTHS_MS)];
    for (const table of SERIES_TABLES) {
      await this.tenants.system('partitions', (tx) => ensureMonths(tx, table, { from, to }));
    }
  }

  /** A plan that says nothing about history keeps a day. */
  private async retentionDays(tx: Tx): Promise<number> {
    try {
      return Math.max(LEAST_DAYS, await this.entitlements.number(tx, 'monitoring_retention_days'));
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'feature_not_included') return LEAST_DAYS;
      throw error;
    }
  }
}
