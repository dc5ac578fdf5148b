import { Module } from '@nestjs/common';
import { EntitlementsModule } from '@tidegate/entitlements/entitlements.module';
import { AwaitBacktest } from './backtests/await-backtest.ts';
import { ChangeBacktest } from './backtests/change-backtest.ts';
import { CompareBacktests } from './backtests/compare-backtests.ts';
import { CreateBacktest } from './backtests/create-backtest.ts';
import { ReadBacktests } from './backtests/read-backtests.ts';
import { RunBacktests } from './backtests/run-backtests.loop.ts';
import { RunQuota } from './backtests/run-quota.ts';
import { SettleLeases } from './backtests/settle-leases.loop.ts';
import { AdvanceBot } from './bots/advance-bot.ts';
import { CountThings } from './bots/count-things.ts';
import { CreateBot } from './bots/create-bot.ts';
import { DeleteBot } from './bots/delete-bot.ts';
import { ListBots } from './bots/list-bots.ts';
import { PreviewLadder } from './bots/preview-ladder.ts';
import { ReadBots } from './bots/read-bots.ts';
import { RecordLateCandles } from './bots/record-late-candles.ts';
import { RestrictBots } from './bots/restrict-bots.ts';
import { RunBots } from './bots/run-bots.loop.ts';
import { ShowHistory } from './bots/show-history.ts';
import { StartBot } from './bots/start-bot.ts';
import { StopBot } from './bots/stop-bot.ts';
import { SummarizeBot } from './bots/summarize-bot.ts';
import { UpdateBot } from './bots/update-bot.ts';
import { DeleteCandles } from './candles/delete-candles.ts';
import { ImportCandles } from './candles/import-candles.ts';
import { ListCandles } from './candles/list-candles.ts';
import { ListSeries } from './candles/list-series.ts';
import { LoadBundled } from './candles/load-bundled.ts';
import { PreviewImport } from './candles/preview-import.ts';
import { CandleListener, StoreCandles } from './candles/store-candles.ts';
import { openThreads } from './compute/open-threads.ts';
import { FillDemo } from './demo/fill-demo.ts';
import { ShowIndicator } from './indicators/show-indicator.ts';
import { ChangeMarkets } from './markets/change-markets.ts';
import { ReadMarkets } from './markets/read-markets.ts';
import { QueueTools } from './queue/queue-runner.ts';
import { CreateSweep } from './sweeps/create-sweep.ts';
import { EndSweep } from './sweeps/end-sweep.ts';
import { ReadSweeps } from './sweeps/read-sweeps.ts';
import { RunSweeps } from './sweeps/run-sweeps.loop.ts';
import { Threads } from './threads/threads.ts';
import { ListLedger } from './trades/list-ledger.ts';
import { ReadTrades } from './trades/read-trades.ts';
import { ReadUploads } from './uploads/read-uploads.ts';
import { ReceiveUpload } from './uploads/receive-upload.ts';
import { RunUploads } from './uploads/run-uploads.loop.ts';

@Module({
  imports: [EntitlementsModule],
  controllers: [
    CountThings,
    ReadMarkets,
    ChangeMarkets,
    ListCandles,
    ListSeries,
    PreviewImport,
    ImportCandles,
    DeleteCandles,
    ShowIndicator,
    ReceiveUpload,
    ReadUploads,
    CreateBot,
    ListBots,
    ReadBots,
    ShowHistory,
    SummarizeBot,
    UpdateBot,
    StartBot,
    StopBot,
    DeleteBot,
    PreviewLadder,
    ReadTrades,
    ListLedger,
    CreateBacktest,
    ChangeBacktest,
    ReadBacktests,
    CompareBacktests,
    CreateSweep,
    ReadSweeps,
    EndSweep,
    FillDemo,
  ],
  providers: [
    LoadBundled,
    StoreCandles,
    RunUploads,
    AdvanceBot,
    RestrictBots,
    RunBots,
    { provide: CandleListener, useClass: RecordLateCandles },
    { provide: Threads, useFactory: openThreads },
    QueueTools,
    RunQuota,
    SettleLeases,
    AwaitBacktest,
    RunBacktests,
    RunSweeps,
  ],
})
export class BotExecutorModule {}
