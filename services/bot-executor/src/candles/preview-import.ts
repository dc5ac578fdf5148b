import { Controller } from '@nestjs/common';
import { previewImport } from '@tidegate/contracts/bot-executor/candle-preview';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { candleAt } from '../kernel/candle-series.rules.ts';
import { marketNamed } from '../markets/market.rows.ts';
import { personOf } from '../queue/queue.rows.ts';
import { Threads } from '../threads/threads.ts';
import { toWire } from './candle.rows.ts';
import { MAX_ROWS } from './import-candles.ts';
import { fileRequest, optionsOf } from './import-options.ts';
import { readCandles } from './read-candles.ts';

const SHOWN = 5;

/** Reads as an import does, and stores nothing. */
@Controller()
export class PreviewImport {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly threads: Threads,
  ) {}

  @Handles(previewImport)
  async handle({ input, caller, tx }: OperationContext<typeof previewImport>) {
    const { interval, csv } = input;
    const market = await this.tenants.read(tx.orgId as string, (read) => marketNamed(read, input.market));
    const request = fileRequest(market, interval, { options: optionsOf(input), maxRows: MAX_ROWS });
    const { candles, faults, report } = await this.threads.answer(
      readCandles,
      { text: csv, request },
      personOf(caller),
    );
    const first = candles
      ? Array.from({ length: Math.min(SHOWN, candles.at.length) }, (_, index) =>
          toWire(market, candleAt(candles, index)),
        )
      : [];
    return { market: market.market, interval, importable: candles !== undefined, faults, report, first };
  }
}
