import { Module } from '@nestjs/common';
import { EntitlementsModule } from '@tidegate/entitlements/entitlements.module';
import { RollUpWaits } from './activity/roll-up-waits.loop.ts';
import { ShowActivity } from './activity/show-activity.ts';
import { ShowBlocking } from './activity/show-blocking.ts';
import { ShowWaits } from './activity/show-waits.ts';
import { CollectServers } from './collector/collect-servers.loop.ts';
import { CollectorTools } from './collector/collector-tools.ts';
import { FillDemo } from './demo/fill-demo.ts';
import { ShowStatement } from './details/show-statement.ts';
import { ShowTable } from './details/show-table.ts';
import { DismissFinding } from './index-findings/dismiss-finding.ts';
import { JudgeIndexes } from './index-findings/judge-indexes.loop.ts';
import { ListIndexFindings } from './index-findings/list-index-findings.ts';
import { RestoreFinding } from './index-findings/restore-finding.ts';
import { HostGuard } from './kernel/connection/host-guard.ts';
import { ListMoments } from './overview/list-moments.ts';
import { ShowOverview } from './overview/show-overview.ts';
import { ShowServerSeries } from './overview/show-server-series.ts';
import { ListDatabases } from './relations/list-databases.ts';
import { ListIndexes } from './relations/list-indexes.ts';
import { ListTables } from './relations/list-tables.ts';
import { RollUpRelations } from './relations/roll-up-relations.loop.ts';
import { AddNote } from './reset-epochs/add-note.ts';
import { DeleteNote } from './reset-epochs/delete-note.ts';
import { ListAnnotations } from './reset-epochs/list-annotations.ts';
import { EnforceRetention } from './retention/enforce-retention.loop.ts';
import { MakeRoom } from './retention/make-room.loop.ts';
import { CompactSamples } from './series/compact-samples.loop.ts';
import { KeptSums } from './series/kept-sums.ts';
import { RollUpDays } from './server-figures/roll-up-days.loop.ts';
import { ServerTester } from './server-test/server-tester.ts';
import { TestNewServer } from './server-test/test-new-server.ts';
import { TestServer } from './server-test/test-server.ts';
import { AddPlatformServer } from './servers/add-platform-server.ts';
import { CountThings } from './servers/count-things.ts';
import { CreateServer } from './servers/create-server.ts';
import { DeleteServer } from './servers/delete-server.ts';
import { Dialer } from './servers/dialer.ts';
import { GetServer } from './servers/get-server.ts';
import { LicensedServers } from './servers/licensed-servers.ts';
import { ListServers } from './servers/list-servers.ts';
import { OfferPlatformServer } from './servers/offer-platform-server.ts';
import { PlatformServer } from './servers/platform-server.ts';
import { RemoveServers } from './servers/remove-servers.loop.ts';
import { RestrictServers } from './servers/restrict-servers.ts';
import { ServerSecrets } from './servers/server-secrets.ts';
import { UpdateServer } from './servers/update-server.ts';
import { ShowStatementSeries } from './statements/show-statement-series.ts';
import { TopStatements } from './statements/top-statements.ts';
import { ShowWraparound } from './wraparound/show-wraparound.ts';

@Module({
  imports: [EntitlementsModule],
  controllers: [
    CountThings,
    CreateServer,
    ListServers,
    GetServer,
    UpdateServer,
    DeleteServer,
    TestNewServer,
    TestServer,
    AddPlatformServer,
    OfferPlatformServer,
    TopStatements,
    ShowStatementSeries,
    ShowOverview,
    ShowServerSeries,
    ShowStatement,
    ShowTable,
    ShowActivity,
    ShowBlocking,
    ShowWaits,
    ListDatabases,
    ListTables,
    ListIndexes,
    ListIndexFindings,
    ShowWraparound,
    ListAnnotations,
    AddNote,
    DeleteNote,
    DismissFinding,
    RestoreFinding,
    ListMoments,
    FillDemo,
  ],
  providers: [
    HostGuard,
    ServerSecrets,
    Dialer,
    ServerTester,
    PlatformServer,
    RestrictServers,
    LicensedServers,
    CollectorTools,
    CollectServers,
    EnforceRetention,
    MakeRoom,
    CompactSamples,
    KeptSums,
    RollUpDays,
    RollUpRelations,
    RollUpWaits,
    RemoveServers,
    JudgeIndexes,
  ],
})
export class MonitorAgentModule {}
