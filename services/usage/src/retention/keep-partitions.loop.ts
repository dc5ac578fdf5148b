import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { IDENTITY_DAYS, MAX_EVENT_AGE_DAYS } from '@tidegate/contracts/usage/event';
import { dropDays } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { ensureEventDays } from '../ingestion/event-days.ts';
import { UsageConfig } from '../usage.config.ts';
import { forgetIdentities, forgetLeases, forgetRejected } from './retention.rows.ts';

const REJECTED_DAYS = 90;

/* Makes tomorrow's partitions and drops what is past its time. Harmless when several replicas do it. */
@Injectable()
export class KeepPartitions implements OnApplicationBootstrap {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly config: UsageConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await ensureEventDays(this.tenants, { back: 1, ahead: 3 });
  }

  @Loop({ name: 'keep-usage-partitions', everyMs: 3_600_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    await ensureEventDays(this.tenants, { ahead: 3 });
    await this.tenants.system('ingest', (tx) => dropDays(tx, 'usage_events', this.config.USAGE_EVENT_DAYS));
    await this.tenants.system('ingest', (tx) => forgetRejected(tx, REJECTED_DAYS));
    const inChunks = async (forget: (tx: Tx) => Promise<boolean>) => {
      while (!signal.aborted && (await this.tenants.system('ingest', forget)));
    };
    await inChunks((tx) => forgetLeases(tx, MAX_EVENT_AGE_DAYS + 5));
    await inChunks((tx) => forgetIdentities(tx, IDENTITY_DAYS));
  }
}
