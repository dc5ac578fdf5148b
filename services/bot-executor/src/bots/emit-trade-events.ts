import type { BotPulse, BotStatus } from '@tidegate/contracts/bot-executor/bots';
import { tradeAveraged, tradeClosed, tradeOpened } from '@tidegate/contracts/bot-executor/trades';
import type { Tx } from '@tidegate/database/tx';
import type { Outbox } from '@tidegate/messaging/outbox';
import { tradeId } from '../engine/ids.rules.ts';
import { isOver, type State } from '../engine/state.rules.ts';
import { whole } from '../kernel/exact.rules.ts';
import { averageText, moneyText, priceText, quantityText } from '../markets/markets.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';
import { type FillEvent, type Totals } from '../trades/journal.rules.ts';
import { isClosed, profitPercent } from '../trades/trade-summary.rules.ts';
import type { BotRow } from './bot.rows.ts';

/** One event per fill, in the transaction that books it. */
export async function emitTradeEvents(
  tx: Tx,
  outbox: Outbox,
  bot: BotRow,
  plan: Plan,
  events: FillEvent[],
): Promise<void> {
  for (const one of events) await emitOne(tx, outbox, bot, plan, one);
}

async function emitOne(
  tx: Tx,
  outbox: Outbox,
  bot: BotRow,
  { market, settings }: Plan,
  event: FillEvent,
): Promise<void> {
  const { fill, summary } = event;
  const shared = {
    tradeId: event.tradeId,
    botId: bot.id,
    botName: bot.name,
    market: market.market,
    direction: settings.direction,
  };
  const at = new Date(fill.at).toISOString();
  const [price, quantity] = [priceText(market, fill.ticks), quantityText(market, fill.lots)];
  if (isClosed(summary)) {
    await outbox.emit(tx, tradeClosed, {
      ...shared,
      profit: moneyText(market, summary.cash),
      profitPercent: profitPercent(summary),
      currency: market.quote,
      closedAt: at,
    });
  } else if (fill.order.kind === 'base') {
    await outbox.emit(tx, tradeOpened, { ...shared, price, quantity, openedAt: at });
  } else if (fill.order.kind === 'averaging') {
    const averagePrice = averageText(market, whole(summary.cost), summary.lots);
    await outbox.emit(tx, tradeAveraged, { ...shared, price, quantity, averagePrice, filledAt: at });
  }
}

/** For whoever is watching the bot right now. */
export function pulseOf(
  bot: BotRow,
  { market }: Plan,
  after: { status: BotStatus; state: State; totals: Totals },
): BotPulse {
  const { status, state, totals } = after;
  return {
    botId: bot.id,
    status,
    closedTrades: totals.closedTrades,
    profit: moneyText(market, totals.profit),
    currency: market.quote,
    openTradeId: isOver(state) ? null : tradeId(bot.id, state.trade),
  };
}
