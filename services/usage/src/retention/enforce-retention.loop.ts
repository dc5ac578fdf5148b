import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { IDENTITY_DAYS, MAX_EVENT_AGE_DAYS } from '@tidegate/contracts/usage/event';
import { dropDays } from '@tidegate/database/partitions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { expireBackfills } from '../backfills/backfill.rows.ts';
import { expireAlerts } from '../balances/quota-alert.rows.ts';
import { expireCorrections } from '../corrections/correction.rows.ts';
import { rollUpDraws } from '../credits/credit.rows.ts';
import { expireRollovers } from '../credits/rollover-window.rows.ts';
import { thinGauges } from '../gauges/gauge.rows.ts';
import { expireAggregates } from '../ingestion/aggregate.rows.ts';
import { ensureEventDays } from '../ingestion/event-days.ts';
import { expireCombinations, expireLabelHours } from '../ingestion/label.rows.ts';
import { expireOrigins } from '../ingestion/origin.rows.ts';
import { expireRejected } from '../ingestion/rejected-event.rows.ts';
import { expireValues } from '../ingestion/value.rows.ts';
import { expireIdentities, storePrints, turnIdentities } from '../kernel/usage-identity.rows.ts';
import { expireLeases } from '../leases/lease.rows.ts';
import { UsageConfig } from '../usage.config.ts';

const REJECTED_DAYS = 90;
/** More than a year, which is the longest window, and than events may be late. */
const ALERT_DAYS = 500;
/** Longer than a year, the longest window that ends, and events may be late. */
const DRAW_DAYS = 410;

/* Creates the next days' partitions and deletes what has expired. Harmless when several replicas do it at once. */
@Injectable()
export class EnforceRetention implements OnApplicationBootstrap {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly config: UsageConfig,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await ensureEventDays(this.tenants, { back: 1, ahead: 3 });
  }

  @Loop({ name: 'enforce-usage-retention', everyMs: 3_600_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    await ensureEventDays(this.tenants, { ahead: 3 });
    await this.tenants.system('ingest', (tx) => dropDays(tx, 'usage_events', this.config.USAGE_EVENT_DAYS));
    await this.tenants.system('ingest', (tx) => expireRejected(tx, REJECTED_DAYS));
    await this.tenants.system('ingest', (tx) => expireAlerts(tx, ALERT_DAYS));
    await this.tenants.system('ingest', (tx) =>
      expireCorrections(tx, this.config.USAGE_EVENT_DAYS + MAX_EVENT_AGE_DAYS),
    );
    await this.tenants.system('ingest', (tx) => expireRollovers(tx, ALERT_DAYS));
    await this.tenants.system('ingest', (tx) => expireAggregates(tx, MAX_EVENT_AGE_DAYS + 1));
    // As far back as backfills reach, and longer than events may be late.
    await this.tenants.system('ingest', (tx) => expireValues(tx, this.config.USAGE_EVENT_DAYS + 1));
    await this.tenants.system('ingest', (tx) => rollUpDraws(tx, DRAW_DAYS));
    await this.tenants.system('ingest', (tx) => expireCombinations(tx, MAX_EVENT_AGE_DAYS + 1));
    await this.tenants.system('ingest', (tx) => expireLabelHours(tx, this.config.USAGE_EVENT_DAYS));
    await this.tenants.system('ingest', (tx) => expireOrigins(tx, this.config.USAGE_EVENT_DAYS));
    await this.tenants.system('ingest', (tx) => expireBackfills(tx, this.config.USAGE_EVENT_DAYS + MAX_EVENT_AGE_DAYS));
    await this.tenants.system('ingest', (tx) => thinGauges(tx, this.config.USAGE_EVENT_DAYS));
    const inChunks = async (expire: (tx: Tx) => Promise<boolean>) => {
      while (!signal.aborted && (await this.tenants.system('ingest', expire)));
    };
    await inChunks((tx) => expireLeases(tx, MAX_EVENT_AGE_DAYS + 5));
    await this.tenants.system('ingest', (tx) => turnIdentities(tx));
    await this.tenants.system('ingest', (tx) => storePrints(tx));
    await inChunks((tx) => expireIdentities(tx, IDENTITY_DAYS));
  }
}
