import { Controller } from '@nestjs/common';
import { type BotSummary, summarizeBot } from '@tidegate/contracts/bot-executor/bots';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { newestCandle } from '../candles/candle.rows.ts';
import { fraction, toCents, whole } from '../kernel/exact.rules.ts';
import { averageText, moneyText, priceText, quantityText } from '../markets/markets.rules.ts';
import { findTrade, summaryOf } from '../trades/trade.rows.ts';
import { worthAt } from '../trades/trade-summary.rules.ts';
import { type BotRow, findBot, rulesOfBot } from './bot.rows.ts';
import { sumTrades } from './bot-history.rows.ts';
import { lastSeen } from './last-seen.rows.ts';

@Controller()
export class SummarizeBot {
  @Handles(summarizeBot)
  async handle({ input, tx }: OperationContext<typeof summarizeBot>): Promise<BotSummary> {
    const bot = orNotFound(await findBot(tx, input.botId));
    const market = rulesOfBot(bot);
    const sums = await sumTrades(tx, bot.id);
    const newest = await newestCandle(tx, { source: bot.source, market, interval: bot.interval });
    return {
      botId: bot.id,
      name: bot.name,
      market: market.market,
      currency: market.quote,
      closedTrades: bot.closed_trades,
      winningTrades: sums.winning,
      profit: bot.profit,
      profitRounded: toCents(fraction(bot.profit)),
      fees: sums.fees,
      volume: sums.volume,
      fills: sums.fills,
      firstTradeAt: sums.first?.toISOString() ?? null,
      lastClosedAt: sums.last?.toISOString() ?? null,
      openTrade: await openTrade(tx, bot),
      upToDate: (newest?.at ?? 0) <= (bot.decided_up_to?.getTime() ?? 0),
    };
  }
}

async function openTrade(tx: Tx, bot: BotRow): Promise<BotSummary['openTrade']> {
  if (!bot.open_trade_id) return null;
  const row = await findTrade(tx, bot.open_trade_id);
  const market = rulesOfBot(bot);
  const last = await lastSeen(tx, bot);
  if (!row || !last) return null;
  const summary = summaryOf(row);
  return {
    tradeId: row.id,
    quantity: quantityText(market, summary.lots - summary.exitLots),
    averagePrice: averageText(market, whole(summary.cost), summary.lots),
    lastPrice: priceText(market, last.close),
    openProfit: moneyText(market, worthAt(summary, last.close, row.direction === 'long', market.feePpm)),
  };
}
