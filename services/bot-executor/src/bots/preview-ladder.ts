import { Controller } from '@nestjs/common';
import { type Ladder, previewLadder } from '@tidegate/contracts/bot-executor/ladder';
import { invalid } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { newestCandle } from '../candles/candle.rows.ts';
import { checkedPlan } from '../ladder/check-settings.rules.ts';
import { describeLadder } from '../ladder/ladder.rules.ts';
import { marketFor } from '../markets/market.rows.ts';
import { type MarketRules, toTicks } from '../markets/markets.rules.ts';

@Controller()
export class PreviewLadder {
  @Handles(previewLadder)
  async handle({ input, tx }: OperationContext<typeof previewLadder>): Promise<Ladder> {
    const market = await marketFor(tx, input.settings);
    const base = input.price === undefined ? await bundledPrice(tx, market) : givenPrice(market, input.price);
    return describeLadder(checkedPlan(input.settings, base, market), base);
  }
}

function givenPrice(market: MarketRules, price: string): bigint {
  const ticks = toTicks(market, price);
  if (ticks !== undefined) return ticks;
  throw invalid('/price', 'not_on_tick', `Give a price in whole ticks of ${market.tickSize}.`);
}

async function bundledPrice(tx: Tx, market: MarketRules): Promise<bigint> {
  const candle = await newestCandle(tx, { source: 'bundled', market, interval: '5m' });
  if (candle) return candle.close;
  throw invalid('/price', 'price_needed', `No candles of ${market.market} come with Tidegate. Give a price.`);
}
