import { Controller } from '@nestjs/common';
import { beyond, counts, countThings, NAMED, nameThings } from '@tidegate/contracts/billing/counted';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { storedCandles } from '../candles/candle.rows.ts';
import { listOwnMarkets } from '../markets/market.rows.ts';
import { botsBeyond, countBots } from './bot.rows.ts';

/** For billing: how many there are of what plans limit, and which of them smaller limits would restrict. */
@Controller()
export class CountThings {
  @Handles(countThings['bot-executor'])
  async handle({ tx }: OperationContext<(typeof countThings)['bot-executor']>) {
    const { candles } = await storedCandles(tx);
    const markets = (await listOwnMarkets(tx)).length;
    return counts('bot-executor', { bots: await countBots(tx), markets, candles });
  }

  @Handles(nameThings['bot-executor'])
  name({ input: { limits }, tx }: OperationContext<(typeof nameThings)['bot-executor']>) {
    return beyond(limits, {
      bots: (keep) => botsBeyond(tx, keep, NAMED),
    });
  }
}
