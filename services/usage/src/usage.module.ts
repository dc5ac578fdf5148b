import { Module } from '@nestjs/common';
import { KeepAccount } from './accounts/keep-account.ts';
import { UsageSettings } from './accounts/usage-settings.ts';
import { CurrentUsage } from './balances/current-usage.ts';
import { UsageHistory } from './balances/usage-history.ts';
import { IngestUsageStream } from './ingestion/ingest-usage.loop.ts';
import { IngestUsage } from './ingestion/ingest-usage.ts';
import { KeepPosition } from './ingestion/keep-position.ts';
import { ListRejectedEvents } from './ingestion/list-rejected-events.ts';
import { ReplayParked } from './ingestion/replay-parked.loop.ts';
import { UsageWriter } from './ingestion/usage-writer.ts';
import { ReturnLease } from './leases/return-lease.ts';
import { TakeLease } from './leases/take-lease.ts';
import { KeepMeters } from './meters/keep-meters.ts';
import { ListMeters } from './meters/list-meters.ts';
import { KeepPartitions } from './retention/keep-partitions.loop.ts';

@Module({
  controllers: [
    KeepMeters,
    ListMeters,
    KeepAccount,
    UsageSettings,
    IngestUsage,
    ListRejectedEvents,
    CurrentUsage,
    UsageHistory,
    TakeLease,
    ReturnLease,
  ],
  providers: [UsageWriter, KeepPosition, IngestUsageStream, ReplayParked, KeepPartitions],
})
export class UsageModule {}
