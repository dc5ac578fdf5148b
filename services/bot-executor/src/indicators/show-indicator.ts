import { Controller } from '@nestjs/common';
import { showIndicator } from '@tidegate/contracts/bot-executor/candles';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { readStored } from '../candles/series.rows.ts';
import { MAX_CANDLES } from '../candles/stored-series.ts';
import { marketNamed } from '../markets/market.rows.ts';
import { personOf } from '../queue/queue.rows.ts';
import { Threads } from '../threads/threads.ts';
import { computeIndicator } from './compute-indicator.ts';

@Controller()
export class ShowIndicator {
  constructor(private readonly threads: Threads) {}

  @Handles(showIndicator)
  async handle({ input, caller, tx }: OperationContext<typeof showIndicator>) {
    const market = await marketNamed(tx, input.market);
    const { indicator, source, interval, period, limit } = input;
    const stored = await readStored(tx, { source, market, interval }, { limit: MAX_CANDLES });
    const wanted = { indicator, period, from: input.from ? Date.parse(input.from) : 0, limit };
    const task = { stored, wanted, tick: Number(market.tickSize) };
    const items = await this.threads.answer(computeIndicator, task, personOf(caller));
    return { market: market.market, interval, synthetic: source === 'bundled', items };
  }
}
