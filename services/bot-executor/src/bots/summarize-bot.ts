import { Injectable } from '@nestjs/common';
import { type BotSummary, summarizeBot } from '@tidegate/contracts/bot-executor/bots';
import { orNotFound } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { candleUpTo, newestCandle } from '../candles/candle.rows.ts';
import { fraction, toCents, whole } from '../kernel/exact.rules.ts';
import { averageText, moneyText, priceText, quantityText } from '../markets/markets.rules.ts';
import { bookOf, findTrade } from '../trades/trade.rows.ts';
import { worthAt } from '../trades/trade-book.rules.ts';
import { type BotRow, findBot, rulesOfBot } from './bot.rows.ts';

interface Sums {
  winning: number;
  fees: string;
  volume: string;
  fills: number;
  first: Date | null;
  last: Date | null;
}

@Injectable()
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

/** Numeric sums are exact; those of trades that are no longer kept stand in the bot's row. */
async function sumTrades(tx: Tx, botId: string): Promise<Sums> {
  const row = await tx.one<Sums>(
    `select t.winning + coalesce((b.forgotten->>'winning')::int, 0) as winning,
            trim_scale(t.fees + coalesce((b.forgotten->>'fees')::numeric, 0))::text as fees,
            trim_scale(t.volume + coalesce((b.forgotten->>'volume')::numeric, 0))::text as volume,
            (select count(*)::int from fills where org_id = $1 and bot_id = $2)
              + coalesce((b.forgotten->>'fills')::int, 0) as fills,
            coalesce((b.forgotten->>'first')::timestamptz, t.first) as first,
            greatest(t.last, (b.forgotten->>'last')::timestamptz) as last
       from bots b, (
         select count(*) filter (where cash > 0 and closed_at is not null)::int as winning,
                coalesce(sum(fees) filter (where closed_at is not null), 0) as fees,
                coalesce(sum(cost + exit_value), 0) as volume,
                min(opened_at) as first, max(closed_at) as last
           from trades where org_id = $1 and bot_id = $2) t
      where b.org_id = $1 and b.id = $2`,
    [tx.orgId, botId],
  );
  return orNotFound(row);
}

async function openTrade(tx: Tx, bot: BotRow): Promise<BotSummary['openTrade']> {
  if (!bot.open_trade_id || !bot.decided_up_to) return null;
  const row = await findTrade(tx, bot.open_trade_id);
  const market = rulesOfBot(bot);
  const candle = await candleUpTo(tx, { source: bot.source, market, interval: bot.interval }, bot.decided_up_to);
  if (!row || !candle) return null;
  const book = bookOf(row);
  return {
    tradeId: row.id,
    quantity: quantityText(market, book.lots - book.exitLots),
    averagePrice: averageText(market, whole(book.cost), book.lots),
    lastPrice: priceText(market, candle.close),
    openProfit: moneyText(market, worthAt(book, candle.close, row.direction === 'long', market.feePpm)),
  };
}
