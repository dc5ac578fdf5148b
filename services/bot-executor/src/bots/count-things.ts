import { Controller } from '@nestjs/common';
import { counts, countThings } from '@tidegate/contracts/billing/counted';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { storedCandles } from '../candles/candle.rows.ts';
import { listOwnMarkets } from '../markets/market.rows.ts';
import { countBots } from './bot.rows.ts';

/** For billing: how many there are of what plans limit. */
@Controller()
export class CountThings {
  @Handles(countThings['bot-executor'])
  async handle({ tx }: OperationContext<(typeof countThings)['bot-executor']>) {
    const { candles } = await storedCandles(tx);
    const markets = (await listOwnMarkets(tx)).length;
    return counts('bot-executor', { bots: await countBots(tx), markets, candles });
  }
}
