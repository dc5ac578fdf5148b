import { Injectable } from '@nestjs/common';
import { showIndicator } from '@tidegate/contracts/bot-executor/candles';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { MAX_CANDLES } from '../backtests/wanted-series.ts';
import { readSeries } from '../candles/candle.rows.ts';
import { marketNamed } from '../markets/market-named.rules.ts';
import { indicatorOver } from './over-series.rules.ts';

@Injectable()
export class ShowIndicator {
  @Handles(showIndicator)
  async handle({ input, tx }: Call<typeof showIndicator>) {
    const market = marketNamed(input.market);
    const { indicator, source, interval, period, limit } = input;
    const series = await readSeries(tx, { source, market, interval }, { limit: MAX_CANDLES });
    const from = input.from ? Date.parse(input.from) : 0;
    const tick = Number(market.tickSize);
    // Strength is a percentage; everything else is a price.
    const scale = indicator === 'rsi' ? 1 : tick;
    const items = indicatorOver(series, { indicator, period, from, limit }).map(({ at, values }) => ({
      at: new Date(at).toISOString(),
      values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value * scale])),
    }));
    return { market: market.market, interval, synthetic: source === 'bundled', items };
  }
}
