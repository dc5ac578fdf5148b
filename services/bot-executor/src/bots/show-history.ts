import { Controller } from '@nestjs/common';
import { listActivity, showBotEquity, showLevels } from '@tidegate/contracts/bot-executor/bot-history';
import { INTERVAL_MS } from '@tidegate/contracts/bot-executor/candle-intervals';
import { orNotFound } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { readStored } from '../candles/series.rows.ts';
import { MAX_CANDLES } from '../candles/stored-series.ts';
import { isOver } from '../engine/state.rules.ts';
import { mul, toText } from '../kernel/exact.rules.ts';
import { priceText, termsOf } from '../markets/markets.rules.ts';
import { personOf } from '../queue/queue.rows.ts';
import { strategyPlanOf } from '../strategies/plan.rules.ts';
import { Threads } from '../threads/threads.ts';
import { expectBot } from '../trades/trade.rows.ts';
import { type BotRow, findBot, rulesOfBot, stateOf } from './bot.rows.ts';
import { equitySteps, fillsBetween, ordersBetween } from './bot-activity.rows.ts';
import { computeEquity } from './compute-equity.ts';
import { lastSeen } from './last-seen.rows.ts';
import { levelsOf } from './levels.rules.ts';

/** What a bot did and will do, as its page draws it. */
@Controller()
export class ShowHistory {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly threads: Threads,
  ) {}

  @Handles(listActivity)
  async activity({ input, tx }: OperationContext<typeof listActivity>) {
    await expectBot(tx, input.botId);
    const { limit } = input;
    const range = { ...rangeOf(input), limit: limit + 1 };
    const [orders, fills] = [await ordersBetween(tx, input.botId, range), await fillsBetween(tx, input.botId, range)];
    return {
      orders: orders.slice(-limit),
      fills: fills.slice(-limit),
      complete: orders.length <= limit && fills.length <= limit,
    };
  }

  @Handles(showLevels)
  async levels({ input, tx }: OperationContext<typeof showLevels>) {
    const bot = orNotFound(await findBot(tx, input.botId));
    const market = rulesOfBot(bot);
    const state = stateOf(bot, market);
    const last = (await lastSeen(tx, bot))?.close;
    const { levels, ladder } = levelsOf(strategyPlanOf(bot.settings, market), state, last);
    const reached = ladder?.levels[isOver(state) ? 0 : state.level];
    const exit = (kind: string) => levels.find((one) => one.kind === kind)?.price;
    return {
      tradeId: bot.open_trade_id,
      currency: market.quote,
      lastPrice: last === undefined ? null : priceText(market, last),
      levels,
      takeProfitPrice: exit('takeProfit') ?? reached?.takeProfitPrice ?? null,
      stopLossPrice: exit('stopLoss') ?? reached?.stopLossPrice ?? null,
      liquidationPrice: reached?.liquidationPrice ?? null,
      capital: ladder?.capital ?? null,
      worstLoss: ladder?.worstLoss ?? null,
      atRisk: toText(mul(state.position.cost, market.unit), 24),
    };
  }

  @Handles(showBotEquity)
  async equity({ input, caller, tx }: OperationContext<typeof showBotEquity>) {
    // No connection is held while a thread computes.
    const { market, task } = await this.tenants.read(tx.orgId as string, async (read) => {
      const bot = orNotFound(await findBot(read, input.botId));
      return { market: rulesOfBot(bot), task: await taskOf(read, bot, rangeOf(input)) };
    });
    const { quote: currency } = market;
    if (!task) return { currency, items: [], maxDrawdown: '0' };
    return { currency, ...(await this.threads.answer(computeEquity, task, personOf(caller))) };
  }
}

const rangeOf = ({ from, to }: { from?: string | undefined; to?: string | undefined }) => ({
  from: from ? new Date(from) : undefined,
  to: to ? new Date(to) : undefined,
});

/** Candles from the first thing that it did to the last one that it decided on, within the range. */
async function taskOf(tx: Tx, bot: BotRow, { from, to }: ReturnType<typeof rangeOf>) {
  const steps = await equitySteps(tx, bot.id);
  const first = steps[0];
  if (!first || !bot.decided_up_to) return undefined;
  const market = rulesOfBot(bot);
  const intervalMs = INTERVAL_MS[bot.interval];
  const end = bot.decided_up_to.getTime() + 1;
  const range = {
    from: new Date(Math.max(from?.getTime() ?? 0, first.at - intervalMs + 1)),
    until: new Date(Math.min(to?.getTime() ?? end, end)),
  };
  const series = { source: bot.source, market, interval: bot.interval };
  return { stored: await readStored(tx, series, { ...range, limit: MAX_CANDLES }), market: termsOf(market), steps };
}
