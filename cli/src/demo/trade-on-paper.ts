import type { BotsCreateInput, TradesGetOutput } from '@tidegate/client';
import { type Customer, expectSoon } from './customer.ts';
import { minus, sum } from './decimals.ts';

const SETTINGS: BotsCreateInput['settings'] = {
  market: 'BTC-USDT',
  direction: 'long',
  baseOrder: '100',
  averagingOrders: { count: 4, size: '100', deviationPercent: '0.5', stepScale: '1.3', volumeScale: '1.2' },
  takeProfit: { percent: '0.8' },
};

export interface Traded {
  candles: number;
  from: string;
  to: string;
  currency: string;
  closedTrades: number;
  /** After fees: as the backtest, the bot and its own fills each say it. */
  profit: string;
  profitRounded: string;
  orders: number;
  fills: number;
  trades: { number: number; averagingFills: number; averagePrice: string; exitPrice: string; profit: string }[];
}

/** A backtest and a paper bot over the same month; the bot's profit is added up again from its single fills. */
export async function tradeOnPaper(customer: Customer): Promise<Traded> {
  const { id: backtestId } = await customer.backtestsCreate({ settings: SETTINGS });
  const report = await expectSoon(
    'The backtest is done',
    () => customer.backtestsGet({ backtestId }),
    ({ status }) => status === 'done',
  );
  const bot = await customer.botsCreate({ name: 'first', settings: SETTINGS });
  await customer.botsStart({ botId: bot.id });
  const summary = await expectSoon(
    'The bot has traded the whole month',
    () => customer.botsSummarize({ botId: bot.id }),
    ({ upToDate }) => upToDate,
  );
  const trades = await everyTrade(customer, bot.id);
  const closed = trades.filter(({ status }) => status === 'closed');
  const profits = { backtest: report.profit, bot: summary.profit, fills: sum(closed.map(profitOfFills)) };
  if (new Set(Object.values(profits)).size !== 1) {
    throw new Error(`Backtest, bot and fills do not agree on the profit: ${JSON.stringify(profits)}`);
  }
  for (const trade of closed) {
    if (trade.profit !== profitOfFills(trade)) throw new Error(`Trade ${trade.number} is not the sum of its fills.`);
  }
  const orders = trades.flatMap((trade) => trade.orders).filter(({ status }) => status !== 'skipped');
  return {
    ...{ candles: report.candles, from: report.from, to: report.to, currency: summary.currency },
    ...{ closedTrades: closed.length, profit: summary.profit, profitRounded: summary.profitRounded },
    ...{ orders: orders.length, fills: trades.flatMap((trade) => trade.fills).length },
    trades: closed.map(({ number, averagingFills, averagePrice, exitPrice, profit }) => ({
      ...{ number, averagingFills, averagePrice },
      ...{ exitPrice: String(exitPrice), profit: String(profit) },
    })),
  };
}

async function everyTrade(customer: Customer, botId: string): Promise<TradesGetOutput[]> {
  const { items, nextCursor } = await customer.tradesList({ botId, limit: 200 });
  if (nextCursor) throw new Error('A month of this bot has fewer than 200 trades.');
  const trades: TradesGetOutput[] = [];
  for (const { id } of items.reverse()) trades.push(await customer.tradesGet({ tradeId: id }));
  return trades;
}

function profitOfFills({ orders, fills }: TradesGetOutput): string {
  const sides = new Map(orders.map(({ id, side }) => [id, side]));
  return sum(
    fills.flatMap(({ orderId, value, fee }) => [sides.get(orderId) === 'sell' ? value : minus(value), minus(fee)]),
  );
}
