import { Injectable } from '@nestjs/common';
import { importCandles } from '@tidegate/contracts/bot-executor/candles';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { wakeBots } from '../bots/lease.rows.ts';
import { Threads } from '../compute/threads.ts';
import { marketNamed } from '../markets/market-named.rules.ts';
import { personOf } from '../queue/person.ts';
import { saveImported } from './candle.rows.ts';
import { candlesOf } from './candle-series.rules.ts';
import { countGaps } from './parse-csv.rules.ts';
import { refuseFull } from './stored-limit.ts';

@Injectable()
export class ImportCandles {
  constructor(
    private readonly threads: Threads,
    private readonly wakes: Wakes,
  ) {}

  @Handles(importCandles)
  async handle({ input, caller, tx }: Call<typeof importCandles>) {
    const market = marketNamed(input.market);
    const { interval, csv } = input;
    const task = { csv, market: market.market, interval };
    const candles = candlesOf(await this.threads.answer('parseCandles', task, personOf(caller)));
    await saveImported(tx, market, interval, candles);
    await refuseFull(tx);
    await wakeBots(tx, tx.orgId);
    tx.onCommit(() => this.wakes.wake('run-bots'));
    const iso = (at: number | undefined) => new Date(at ?? 0).toISOString();
    return {
      market: market.market,
      interval,
      imported: candles.length,
      gaps: countGaps(candles, interval),
      from: iso(candles[0]?.at),
      to: iso(candles.at(-1)?.at),
    };
  }
}
