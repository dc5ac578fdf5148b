import { Controller } from '@nestjs/common';
import { listCandles } from '@tidegate/contracts/bot-executor/candles';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { marketNamed } from '../markets/market.rows.ts';
import { readCandles, toWire } from './candle.rows.ts';

@Controller()
export class ListCandles {
  @Handles(listCandles)
  async handle({ input, tx }: OperationContext<typeof listCandles>) {
    const market = await marketNamed(tx, input.market);
    const { source, interval, limit } = input;
    const from = input.from ? new Date(input.from) : undefined;
    const candles = await readCandles(tx, { source, market, interval }, { from, limit });
    return {
      market: market.market,
      source,
      interval,
      synthetic: source === 'bundled',
      items: candles.map((candle) => toWire(market, candle)),
    };
  }
}
