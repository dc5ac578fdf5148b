import { Controller } from '@nestjs/common';
import { importCandles } from '@tidegate/contracts/bot-executor/candles';
import { validationFailed } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { lockMarketsSoon, marketNamed } from '../markets/market.rows.ts';
import { personOf } from '../queue/queue.rows.ts';
import { Threads } from '../threads/threads.ts';
import { fileRequest, optionsOf } from './import-options.ts';
import { readCandles } from './read-candles.ts';
import { StoreCandles } from './store-candles.ts';

export const MAX_ROWS = 20_000;

@Controller()
export class ImportCandles {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly threads: Threads,
    private readonly storing: StoreCandles,
  ) {}

  @Handles(importCandles)
  async handle({ input, caller, tx, refuse }: OperationContext<typeof importCandles>) {
    const { interval, csv } = input;
    // No connection is held while a thread reads.
    const market = await this.tenants.read(tx.orgId as string, (read) => marketNamed(read, input.market));
    const request = fileRequest(market, interval, { options: optionsOf(input), maxRows: MAX_ROWS });
    const task = { text: csv, request };
    const { candles, faults, report } = await this.threads.answer(readCandles, task, personOf(caller));
    if (!candles) {
      const errors = faults.map(({ code, message }) => ({ field: '/csv', code, message }));
      throw validationFailed({ errors }, faults[0]?.message);
    }
    await lockMarketsSoon(tx);
    const { added, replaced, gaps } = await this.storing.store(refuse, tx, market, interval, candles);
    return {
      market: market.market,
      interval,
      imported: candles.at.length,
      added: added.length,
      replaced: replaced.length,
      gaps: gaps.places,
      from: report.from as string,
      to: report.to as string,
      report: { ...report, gaps },
    };
  }
}
