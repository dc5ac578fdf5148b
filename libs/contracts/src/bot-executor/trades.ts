import { z } from 'zod';
import { event } from '../kernel/event.ts';
import { operation } from '../kernel/operation.ts';
import { notFound } from '../kernel/problem.ts';
import { Decimal, Id, page, pageQuery, Timestamp } from '../kernel/types.ts';
import { count, countsOf } from './list-query.ts';
import { Direction } from './settings.ts';

export const OrderKind = z
  .enum(['base', 'averaging', 'takeProfit', 'stopLoss', 'close', 'liquidation'])
  .meta({ id: 'OrderKind' });
export type OrderKind = z.infer<typeof OrderKind>;
export const OrderSide = z.enum(['buy', 'sell']).meta({ id: 'OrderSide' });
export type OrderSide = z.infer<typeof OrderSide>;
export const OrderType = z.enum(['market', 'limit', 'stop']).meta({
  id: 'OrderType',
  description: 'stop: at the market once the price is reached',
});
export type OrderType = z.infer<typeof OrderType>;
export const OrderStatus = z.enum(['open', 'filled', 'cancelled', 'rejected', 'skipped']).meta({
  id: 'OrderStatus',
  description: 'rejected: by the exchange; skipped: below the market’s minimum at that price, so it was never placed',
});
export type OrderStatus = z.infer<typeof OrderStatus>;
export const ClosedBy = z.enum(['takeProfit', 'stopLoss', 'close', 'liquidation']).meta({
  id: 'ClosedBy',
  description: 'close: by the person who stopped the bot; liquidation: by the exchange, the margin is lost',
});
export type ClosedBy = z.infer<typeof ClosedBy>;

export const TradeStatus = z.enum(['open', 'closed']).meta({ id: 'TradeStatus' });
export type TradeStatus = z.infer<typeof TradeStatus>;

export const Trade = z
  .object({
    id: Id,
    botId: Id,
    number: z.int(),
    market: z.string(),
    direction: Direction,
    status: TradeStatus,
    averagingFills: z.int(),
    averagePrice: Decimal.meta({ description: 'Of the entries, truncated to twelve decimals' }),
    exitPrice: Decimal.nullable().meta({ description: 'Average of the exits; null while open' }),
    quantity: Decimal.meta({ description: 'Open quantity; 0 when closed' }),
    cost: Decimal.meta({ description: 'Value of the entries, without fees' }),
    fees: Decimal,
    funding: Decimal.meta({ description: 'Received (above zero) or paid (below) for holding futures' }),
    profit: Decimal.nullable().meta({
      description: 'After all fees and funding, in the quote currency; null while open',
    }),
    profitPercent: Decimal.nullable().meta({ description: 'Of the cost, two decimals, cut off' }),
    openedAt: Timestamp,
    closedAt: Timestamp.nullable(),
    closedBy: ClosedBy.nullable(),
  })
  .meta({ id: 'Trade' });
export type Trade = z.infer<typeof Trade>;

export const Order = z
  .object({
    id: Id,
    key: z.string().meta({ description: 'Of the intent: the same intent is placed once, however often it is decided' }),
    kind: OrderKind,
    side: OrderSide,
    type: OrderType,
    price: Decimal,
    quantity: Decimal,
    status: OrderStatus,
    placedAt: Timestamp,
  })
  .meta({ id: 'Order' });
export type Order = z.infer<typeof Order>;

export const Fill = z
  .object({ orderId: Id, price: Decimal, quantity: Decimal, value: Decimal, fee: Decimal, at: Timestamp })
  .meta({ id: 'Fill' });
export type Fill = z.infer<typeof Fill>;

export const TradeDetail = Trade.extend({ orders: z.array(Order), fills: z.array(Fill) }).meta({ id: 'TradeDetail' });
export type TradeDetail = z.infer<typeof TradeDetail>;

export const LedgerKind = z.enum(['buy', 'sell', 'fee', 'funding']).meta({ id: 'LedgerKind' });
export type LedgerKind = z.infer<typeof LedgerKind>;

export const LedgerEntry = z
  .object({
    sequence: z.int(),
    kind: LedgerKind,
    amount: Decimal.meta({ description: 'Change of the paper wallet in the quote currency' }),
    balance: Decimal.meta({ description: 'Sum of all changes of this bot up to here' }),
    tradeId: Id,
    orderId: Id.nullable().meta({ description: 'null: funding belongs to no order' }),
    at: Timestamp,
  })
  .meta({ id: 'LedgerEntry' });
export type LedgerEntry = z.infer<typeof LedgerEntry>;

export const TradeSort = z.enum(['newest', 'profit', 'loss']).meta({
  id: 'TradeSort',
  description:
    'newest: opened last; profit: most profit first; loss: most loss first. Open ones have neither yet and come last',
});
export type TradeSort = z.infer<typeof TradeSort>;

export const listTrades = operation({
  service: 'bot-executor',
  name: 'trades.list',
  http: ['GET', '/api/v1/bots/{botId}/trades'],
  scope: 'bots:read',
  summary: 'Trades of a bot, newest first or by what came of them',
  input: z.strictObject({
    botId: Id,
    status: TradeStatus.optional().meta({ description: 'Only open or only closed ones' }),
    closedBy: ClosedBy.optional().meta({ description: 'Only those that ended in this way' }),
    sort: TradeSort.default('newest'),
    count,
    ...pageQuery,
  }),
  output: page(Trade).extend({
    counts: countsOf(ClosedBy, 'Of those of `status`, by how they ended: open ones are only in `total`'),
  }),
  errors: [notFound],
});

export const getTrade = operation({
  service: 'bot-executor',
  name: 'trades.get',
  http: ['GET', '/api/v1/trades/{tradeId}'],
  scope: 'bots:read',
  summary: 'A trade with its orders and fills',
  input: z.strictObject({ tradeId: Id }),
  output: TradeDetail,
  errors: [notFound],
});

export const LedgerSort = z.enum(['oldest', 'newest']).meta({ id: 'LedgerSort', description: 'Which come first' });
export type LedgerSort = z.infer<typeof LedgerSort>;

export const listLedger = operation({
  service: 'bot-executor',
  name: 'ledger.list',
  http: ['GET', '/api/v1/bots/{botId}/ledger'],
  scope: 'bots:read',
  summary: 'Every change of the bot’s paper wallet, oldest first',
  input: z.strictObject({
    botId: Id,
    kind: LedgerKind.optional().meta({ description: 'Only entries of this kind' }),
    sort: LedgerSort.default('oldest'),
    count,
    ...pageQuery,
  }),
  output: page(LedgerEntry).extend({
    counts: countsOf(LedgerKind, 'Of all entries that are stored, whatever `kind` is'),
  }),
  errors: [notFound],
});

const TradeOf = z.object({
  tradeId: Id,
  botId: Id,
  botName: z.string(),
  market: z.string(),
  direction: Direction,
});

export const tradeOpened = event({
  service: 'bot-executor',
  name: 'trade.opened.v1',
  summary: 'A base order was filled',
  data: TradeOf.extend({ price: Decimal, quantity: Decimal, openedAt: Timestamp }),
  aggregate: (data) => data.botId,
});

export const tradeAveraged = event({
  service: 'bot-executor',
  name: 'trade.averaged.v1',
  summary: 'An averaging order was filled',
  data: TradeOf.extend({ price: Decimal, quantity: Decimal, averagePrice: Decimal, filledAt: Timestamp }),
  aggregate: (data) => data.botId,
});

export const tradeClosed = event({
  service: 'bot-executor',
  name: 'trade.closed.v1',
  summary: 'A trade was closed',
  data: TradeOf.extend({
    profit: Decimal,
    profitPercent: Decimal.meta({ description: 'Of the cost, two decimals, cut off' }),
    currency: z.string(),
    closedAt: Timestamp,
  }),
  aggregate: (data) => data.botId,
});
