import { Controller } from '@nestjs/common';
import { listCandleSeries } from '@tidegate/contracts/bot-executor/candle-series';
import { CANDLE_INTERVALS } from '@tidegate/contracts/bot-executor/candles';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { storedSeries } from './series.rows.ts';

@Controller()
export class ListSeries {
  /** By market; the bundled ones first, and short candles before long ones. */
  @Handles(listCandleSeries)
  async handle({ tx }: OperationContext<typeof listCandleSeries>) {
    const all = [...(await storedSeries(tx, 'bundled')), ...(await storedSeries(tx, 'imported'))];
    const items = all.map(({ firstAt, lastAt, ...series }) => ({
      ...series,
      from: new Date(firstAt).toISOString(),
      to: new Date(lastAt).toISOString(),
    }));
    const place = ({ source, interval }: (typeof items)[number]) =>
      (source === 'bundled' ? 0 : CANDLE_INTERVALS.length) + CANDLE_INTERVALS.indexOf(interval);
    return { items: items.sort((a, b) => a.market.localeCompare(b.market) || place(a) - place(b)) };
  }
}
