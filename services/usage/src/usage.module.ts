import { Module } from '@nestjs/common';
import { Backfills } from './backfills/backfills.ts';
import { RunBackfills } from './backfills/run-backfills.ts';
import { ShowBackfills } from './backfills/show-backfills.ts';
import { CurrentUsage } from './balances/current-usage.ts';
import { EstimateUsage } from './balances/estimate-usage.ts';
import { StoreEntitlements } from './balances/store-entitlements.ts';
import { SumUsage } from './balances/sum-usage.ts';
import { UsageHistory } from './balances/usage-history.ts';
import { UsageLimits } from './balances/usage-limits.ts';
import { WatchCredits } from './balances/watch-credits.ts';
import { CheckEntitlement } from './checks/check-entitlement.ts';
import { EndHold } from './checks/end-hold.ts';
import { CorrectUsage } from './corrections/correct-usage.ts';
import { CarryOver } from './credits/carry-over.loop.ts';
import { ListDrawn } from './credits/list-drawn.ts';
import { StoreCredits } from './credits/store-credits.ts';
import { FillDemo } from './demo/fill-demo.ts';
import { UsageSettings } from './entitlements/usage-settings.ts';
import { WatchGauges } from './gauges/watch-gauges.loop.ts';
import { IngestCheckpoint } from './ingestion/checkpoint.ts';
import { IngestUsageStream } from './ingestion/ingest-usage.loop.ts';
import { IngestUsage } from './ingestion/ingest-usage.ts';
import { ListEvents } from './ingestion/list-events.ts';
import { ListRejectedEvents } from './ingestion/list-rejected-events.ts';
import { ReplayParked } from './ingestion/replay-parked.loop.ts';
import { TurnIdentities } from './ingestion/turn-identities.loop.ts';
import { UsageWriter } from './ingestion/usage-writer.ts';
import { JetStreamUsage } from './jetstream-usage.ts';
import { UsageStream } from './kernel/usage-stream.ts';
import { WatchedUsage } from './kernel/watched-usage.ts';
import { Lend } from './leases/lend.ts';
import { ReturnLease } from './leases/return-lease.ts';
import { TakeLease } from './leases/take-lease.ts';
import { ListMeters } from './meters/list-meters.ts';
import { StoreMeters } from './meters/store-meters.ts';
import { EnforceRetention } from './retention/enforce-retention.loop.ts';

@Module({
  controllers: [
    StoreMeters,
    ListMeters,
    StoreEntitlements,
    StoreCredits,
    ListDrawn,
    WatchCredits,
    UsageSettings,
    IngestUsage,
    CorrectUsage,
    RunBackfills,
    ShowBackfills,
    ListEvents,
    ListRejectedEvents,
    CurrentUsage,
    UsageHistory,
    SumUsage,
    UsageLimits,
    EstimateUsage,
    CheckEntitlement,
    EndHold,
    TakeLease,
    ReturnLease,
    FillDemo,
  ],
  providers: [
    { provide: UsageStream, useClass: JetStreamUsage },
    UsageWriter,
    WatchedUsage,
    Backfills,
    Lend,
    IngestCheckpoint,
    IngestUsageStream,
    TurnIdentities,
    ReplayParked,
    WatchGauges,
    CarryOver,
    EnforceRetention,
  ],
})
export class UsageModule {}
