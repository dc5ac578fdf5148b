import { Controller } from '@nestjs/common';
import { type BotLine, type BotTotal, listBots, totalBots } from '@tidegate/contracts/bot-executor/bot-lists';
import { BotStatus } from '@tidegate/contracts/bot-executor/bots';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { countsOf, isCounted } from '../kernel/counts.rules.ts';
import { add, type Fraction, fraction, toText, whole } from '../kernel/exact.rules.ts';
import { moneyOf, moneyText, toTicks } from '../markets/markets.rules.ts';
import { profitDaysOf } from '../trades/profit-days.rows.ts';
import { type ProfitOfDay, profitByDay } from '../trades/profit-days.rules.ts';
import { summaryOf, type TradeRow } from '../trades/trade.rows.ts';
import { worthAt } from '../trades/trade-summary.rules.ts';
import { rulesOfBot, toWire } from './bot.rows.ts';
import {
  allBotRows,
  BOT_ORDERS,
  countBotsByStatus,
  type ListedBot,
  listBotRows,
  openTradesOf,
  type SummedBot,
} from './bot-list.rows.ts';

@Controller()
export class ListBots {
  @Handles(listBots)
  async list({ input, tx }: OperationContext<typeof listBots>) {
    const place = BOT_ORDERS.place(input);
    const rows = await listBotRows(tx, place, input);
    const trades = await openTradesOf(
      tx,
      rows.filter((row) => row.open_trade_id).map((row) => row.id),
    );
    const days = await profitDaysOf(
      tx,
      rows.map((row) => row.id),
    );
    const listed = place.page(rows, (row) => lineOf(row, trades.get(row.id), days.get(row.id)));
    const counts = isCounted(input) ? countsOf(BotStatus.options, await countBotsByStatus(tx, input)) : null;
    return { ...listed, counts };
  }

  /** Sums of exact decimals; each currency and mode for itself. */
  @Handles(totalBots)
  async totals({ tx }: OperationContext<typeof totalBots>) {
    const bots = await allBotRows(tx);
    const trades = await openTradesOf(
      tx,
      bots.filter((bot) => bot.open_trade_id).map((bot) => bot.id),
    );
    const byCurrency = Map.groupBy(bots, (bot) => rulesOfBot(bot).quote);
    const items = [...byCurrency].map(([currency, some]) => totalOf(currency, some, trades));
    return { items: items.sort((a, b) => a.currency.localeCompare(b.currency)) };
  }
}

function lineOf(row: ListedBot, trade: TradeRow | undefined, days: ProfitOfDay[] | undefined): BotLine {
  const market = rulesOfBot(row);
  const open = openProfitOf(row, trade);
  return {
    ...toWire(row),
    currency: market.quote,
    tickSize: market.tickSize,
    lastPrice: row.last_price,
    openProfit: open === undefined ? null : moneyText(market, open),
    ranAt: row.ran_at?.toISOString() ?? null,
    profitByDay: profitByDay(days ?? [], row.decided_up_to?.getTime()),
  };
}

/** In money units; undefined without an open trade, and for a bot that has seen no candle since its prices are stored. */
function openProfitOf(bot: SummedBot, trade: TradeRow | undefined): bigint | undefined {
  if (!trade || bot.last_price === null) return undefined;
  const market = rulesOfBot(bot);
  const ticks = toTicks(market, bot.last_price);
  if (ticks === undefined) return undefined;
  return worthAt(summaryOf(trade), ticks, trade.direction === 'long', market.feePpm);
}

function totalOf(currency: string, bots: readonly SummedBot[], trades: ReadonlyMap<string, TradeRow>): BotTotal {
  const sum = (of: (bot: SummedBot) => Fraction) => toText(bots.map(of).reduce(add, whole(0)), 24);
  const count = (status: SummedBot['status']) => bots.filter((bot) => bot.status === status).length;
  return {
    currency,
    mode: 'paper',
    bots: bots.length,
    byStatus: {
      running: count('running'),
      stopping: count('stopping'),
      stopped: count('stopped'),
      halted: count('halted'),
    },
    closedTrades: bots.reduce((total, bot) => total + bot.closed_trades, 0),
    openTrades: bots.filter((bot) => bot.open_trade_id).length,
    profit: sum((bot) => fraction(bot.profit)),
    openProfit: sum((bot) => moneyOf(rulesOfBot(bot), openProfitOf(bot, trades.get(bot.id)) ?? 0n)),
  };
}
