import { Controller } from '@nestjs/common';
import type { Feed } from '@tidegate/contracts/bot-executor/bots';
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
    const base =
      input.price === undefined ? await newestPrice(tx, market, input.feed) : givenPrice(market, input.price);
    return describeLadder(checkedPlan(input.settings, base, market), base);
  }
}

function givenPrice(market: MarketRules, price: string): bigint {
  const ticks = toTicks(market, price);
  if (ticks !== undefined) return ticks;
  throw invalid('/price', 'not_on_tick', 'Give a price in whole ticks of {tickSize}.', market);
}

async function newestPrice(
  tx: Tx,
  market: MarketRules,
  { source, interval }: Pick<Feed, 'source' | 'interval'>,
): Promise<bigint> {
  const candle = await newestCandle(tx, { source, market, interval });
  if (candle) return candle.close;
  if (source === 'imported') {
    const text =
      'There are no imported candles of {market} in steps of {interval}. Import some first, or give a price.';
    throw invalid('/feed/source', 'no_candles', text, { market: market.market, interval });
  }
  throw invalid('/price', 'price_needed', 'No candles of {market} come with Tidegate. Give a price.', market);
}
