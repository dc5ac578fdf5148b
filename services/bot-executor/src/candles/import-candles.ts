import { Injectable } from '@nestjs/common';
import { importCandles } from '@tidegate/contracts/bot-executor/candles';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { wakeBots } from '../bots/lease.rows.ts';
import { marketNamed } from '../markets/market-named.rules.ts';
import { saveImported } from './candle.rows.ts';
import { countGaps, parseCandles } from './parse-csv.rules.ts';

@Injectable()
export class ImportCandles {
  @Handles(importCandles)
  async handle({ input, tx }: Call<typeof importCandles>) {
    const market = marketNamed(input.market);
    const { interval } = input;
    const candles = parseCandles(input.csv, { market, interval });
    await saveImported(tx, market, interval, candles);
    await wakeBots(tx, tx.orgId);
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
