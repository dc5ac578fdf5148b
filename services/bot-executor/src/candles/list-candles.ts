import { Controller } from '@nestjs/common';
import { listCandles } from '@tidegate/contracts/bot-executor/candles';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { marketNamed } from '../markets/market.rows.ts';
import { readCandles, readCandlesBefore, toWire } from './candle.rows.ts';

@Controller()
export class ListCandles {
  @Handles(listCandles)
  async handle({ input, tx }: OperationContext<typeof listCandles>) {
    const market = await marketNamed(tx, input.market);
    const { source, interval, limit, from, before } = input;
    const series = { source, market, interval };
    const candles = before
      ? await readCandlesBefore(tx, series, new Date(before), limit)
      : await readCandles(tx, series, { from: from ? new Date(from) : undefined, limit });
    return {
      market: market.market,
      source,
      interval,
      synthetic: source === 'bundled',
      items: candles.map((candle) => toWire(market, candle)),
    };
  }
}
