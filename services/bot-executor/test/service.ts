import type { Operation } from '@tidegate/contracts/kernel/operation';
import { newId } from '@tidegate/database/ids';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import { startLoops } from '@tidegate/runtime/loop';
import { Wakes } from '@tidegate/runtime/wakes';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { patient } from '@tidegate/testing/pace';
import type { z } from 'zod';
import { AwaitBacktest } from '../src/backtests/await-backtest.ts';
import { ChangeBacktest } from '../src/backtests/change-backtest.ts';
import { CompareBacktests } from '../src/backtests/compare-backtests.ts';
import { CreateBacktest } from '../src/backtests/create-backtest.ts';
import { ReadBacktests } from '../src/backtests/read-backtests.ts';
import { RunBacktests } from '../src/backtests/run-backtests.loop.ts';
import { RunQuota } from '../src/backtests/run-quota.ts';
import { SettleLeases } from '../src/backtests/settle-leases.loop.ts';
import { CreateBot } from '../src/bots/create-bot.ts';
import { DeleteBot } from '../src/bots/delete-bot.ts';
import { ListBots } from '../src/bots/list-bots.ts';
import { PreviewLadder } from '../src/bots/preview-ladder.ts';
import { ReadBots } from '../src/bots/read-bots.ts';
import { RecordLateCandles } from '../src/bots/record-late-candles.ts';
import { RestrictBots } from '../src/bots/restrict-bots.ts';
import { ShowHistory } from '../src/bots/show-history.ts';
import { StartBot } from '../src/bots/start-bot.ts';
import { StopBot } from '../src/bots/stop-bot.ts';
import { SummarizeBot } from '../src/bots/summarize-bot.ts';
import { UpdateBot } from '../src/bots/update-bot.ts';
import { DeleteCandles } from '../src/candles/delete-candles.ts';
import { ImportCandles } from '../src/candles/import-candles.ts';
import { ListCandles } from '../src/candles/list-candles.ts';
import { ListSeries } from '../src/candles/list-series.ts';
import { PreviewImport } from '../src/candles/preview-import.ts';
import { StoreCandles } from '../src/candles/store-candles.ts';
import { openThreads } from '../src/compute/open-threads.ts';
import { ShowIndicator } from '../src/indicators/show-indicator.ts';
import { ChangeMarkets } from '../src/markets/change-markets.ts';
import { ReadMarkets } from '../src/markets/read-markets.ts';
import { QueueTools } from '../src/queue/queue-runner.ts';
import { CreateSweep } from '../src/sweeps/create-sweep.ts';
import { EndSweep } from '../src/sweeps/end-sweep.ts';
import { ReadSweeps } from '../src/sweeps/read-sweeps.ts';
import { RunSweeps } from '../src/sweeps/run-sweeps.loop.ts';
import { ListLedger } from '../src/trades/list-ledger.ts';
import { ReadTrades } from '../src/trades/read-trades.ts';
import { ReadUploads } from '../src/uploads/read-uploads.ts';
import { ReceiveUpload } from '../src/uploads/receive-upload.ts';
import { RunUploads } from '../src/uploads/run-uploads.loop.ts';
import { openBots } from './bots.ts';
import { Neighbours } from './neighbours.ts';

export interface Customer {
  orgId: string;
  userId: string;
}
export const customer = (userId = newId()): Customer => ({ orgId: newId(), userId });

/** The service's operations and loops over real servers, with neighbours that are held to their contracts. */
export async function openService() {
  const bots = await openBots();
  const { tenants, bus, nc } = bots;
  const neighbours = new Neighbours(nc);
  await nc.flush();
  const [wakes, log, metrics] = [new Wakes('bot-executor', nc), new Log(), new Metrics()];
  const threads = openThreads();
  const ended = new AwaitBacktest(tenants, wakes);
  ended.waitMs = patient(ended.waitMs);
  const settling = new SettleLeases(bus, wakes, log);
  const quota = new RunQuota(bus, settling, log);
  const entitlements = new Entitlements(bus);
  new RestrictBots(entitlements, wakes, bots.advance());
  const storing = new StoreCandles(entitlements, new RecordLateCandles(wakes));
  const tools = new QueueTools(tenants, wakes, log, metrics, bus);
  const runner = new OperationRunner(tenants, new Outbox('bot-executor', () => {}));
  const handlers = [
    new CreateBacktest(tenants, entitlements, quota, ended, wakes),
    new ChangeBacktest(wakes),
    new ReadBacktests(),
    new CreateSweep(tenants, entitlements, threads, quota, wakes),
    new EndSweep(),
    new ReadSweeps(),
    new ImportCandles(tenants, threads, storing),
    new PreviewLadder(),
    new ReadMarkets(),
    new ChangeMarkets(entitlements),
    new ReceiveUpload(wakes),
    new ReadUploads(),
    new CreateBot(entitlements),
    new UpdateBot(entitlements),
    new ListBots(),
    new ShowHistory(tenants, threads),
    new CompareBacktests(),
    new PreviewImport(tenants, threads),
    new DeleteCandles(),
    new ListCandles(),
    new ListSeries(),
    new ShowIndicator(threads),
    new ReadTrades(),
    new ListLedger(),
    new StartBot(entitlements, wakes, bots.advance()),
    new StopBot(bots.advance()),
    new DeleteBot(entitlements),
    new ReadBots(),
    new SummarizeBot(),
  ].flatMap(operationHandlers);
  const settlingLoop = startLoops(settling, log, wakes);
  return {
    ...bots,
    neighbours,
    entitlements,
    threads,
    ended,
    backtests: (by = threads) => new RunBacktests(tools, by),
    sweeps: (by = threads) => new RunSweeps(tools, by),
    uploads: (by = threads) => new RunUploads(tools, by, storing),

    /** Loops of a replica; answers how to drain it. */
    start(runs: RunBacktests | RunSweeps | RunUploads): () => Promise<void> {
      const loops = startLoops(runs, log, wakes);
      return async () => {
        await Promise.all(loops.map((loop) => loop.stop()));
        await runs.onApplicationShutdown();
      };
    },

    /** As somebody who may do everything, with a key where one is given. */
    call: async <Op extends Operation>(
      operation: Op,
      input: z.input<Op['input']>,
      who: Customer,
      key?: string,
    ): Promise<z.output<Op['output']>> => {
      const handler = handlers.find((one) => one.operation.name === operation.name);
      if (!handler) throw new Error(`Nobody handles ${operation.name}.`);
      const caller =
        operation.scope === 'service'
          ? { kind: 'service' as const, service: 'gateway' as const, orgId: who.orgId, scopes: ['*'] }
          : { kind: 'user' as const, ...who, scopes: ['bots:read', 'bots:write'] };
      return (await runner.run(handler, {
        caller,
        input,
        key,
        deadline: performance.now() + patient(30_000),
      })) as never;
    },

    close: async () => {
      await Promise.all(settlingLoop.map((loop) => loop.stop()));
      await threads.onApplicationShutdown();
      await neighbours.stop();
      await bots.close();
    },
  };
}

export type Service = Awaited<ReturnType<typeof openService>>;
