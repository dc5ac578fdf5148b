import type { ClosedBy, Fill, Order, Trade, TradeSort, TradeStatus } from '@tidegate/contracts/bot-executor/trades';
import { orNotFound, placeOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { whole } from '../kernel/exact.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import {
  averageText,
  fillValue,
  type MarketRules,
  type MarketTerms,
  moneyText,
  quantityText,
  rulesOf,
  toLots,
  toMoney,
} from '../markets/markets.rules.ts';
import { isClosed, profitPercent, type TradeSummary } from './trade-summary.rules.ts';

export interface TradeRow {
  id: string;
  bot_id: string;
  number: number;
  market: string;
  /** Those of its bot: its amounts are whole numbers of what they are counted in. */
  market_rules: MarketTerms | null;
  direction: 'long' | 'short';
  averaging_fills: number;
  cost: string;
  quantity: string;
  exit_value: string;
  exit_quantity: string;
  fees: string;
  funding: string;
  cash: string;
  opened_at: Date;
  closed_at: Date | null;
  closed_by: ClosedBy | null;
}

export const TRADE_COLUMNS = `id, bot_id, number, market, direction, averaging_fills, cost, quantity, exit_value,
  exit_quantity, fees, funding, cash, opened_at, closed_at, closed_by,
  (select b.market_rules from bots b where b.org_id = trades.org_id and b.id = trades.bot_id) as market_rules`;

/** What a trade's book says in words, for paper trades and those of backtests. */
export function summaryToWire(market: MarketRules, summary: TradeSummary) {
  const closed = isClosed(summary);
  return {
    averagingFills: summary.averagingFills,
    averagePrice: averageText(market, whole(summary.cost), summary.lots),
    exitPrice: summary.exitLots > 0n ? averageText(market, whole(summary.exitValue), summary.exitLots) : null,
    cost: moneyText(market, fillValue(summary.cost, 1n)),
    fees: moneyText(market, summary.fees),
    funding: moneyText(market, summary.funding),
    profit: closed ? moneyText(market, summary.cash) : null,
    profitPercent: closed ? profitPercent(summary) : null,
    openedAt: new Date(summary.openedAt).toISOString(),
    closedAt: summary.closedAt === undefined ? null : new Date(summary.closedAt).toISOString(),
    closedBy: summary.closedBy ?? null,
  };
}

const rulesOfTrade = ({ market_rules, market }: TradeRow): MarketRules =>
  market_rules ? rulesOf(market_rules) : knownMarket(market);

export function toWire(row: TradeRow): Trade {
  const market = rulesOfTrade(row);
  const summary = summaryOf(row);
  return {
    id: row.id,
    botId: row.bot_id,
    number: row.number,
    market: row.market,
    direction: row.direction,
    status: isClosed(summary) ? 'closed' : 'open',
    quantity: quantityText(market, summary.lots - summary.exitLots),
    ...summaryToWire(market, summary),
  };
}

export function summaryOf(row: TradeRow): TradeSummary {
  const market = rulesOfTrade(row);
  const value = (text: string) => toMoney(market, text) / 1_000_000n;
  const lots = (text: string) => {
    const exact = toLots(market, text);
    if (exact === undefined) throw new Error(`${text} is no whole number of lots of ${market.market}.`);
    return exact;
  };
  return {
    number: row.number,
    openedAt: row.opened_at.getTime(),
    closedAt: row.closed_at?.getTime(),
    closedBy: row.closed_by ?? undefined,
    averagingFills: row.averaging_fills,
    cost: value(row.cost),
    lots: lots(row.quantity),
    exitValue: value(row.exit_value),
    exitLots: lots(row.exit_quantity),
    open: lots(row.quantity) - lots(row.exit_quantity),
    fees: toMoney(market, row.fees),
    funding: toMoney(market, row.funding),
    cash: toMoney(market, row.cash),
  };
}

export const findTrade = (tx: Tx, id: string): Promise<TradeRow | undefined> =>
  tx.one<TradeRow>(`select ${TRADE_COLUMNS} from trades where org_id = $1 and id = $2`, [tx.orgId, id]);

export interface TradeFilter {
  botId: string;
  status?: TradeStatus | undefined;
  closedBy?: ClosedBy | undefined;
  sort: TradeSort;
  limit: number;
  cursor?: string | undefined;
}

const FOUND = `org_id = $1 and bot_id = $2 and ($3::text is null or (closed_at is null) = ($3 = 'open'))`;

const OUTCOME = 'case when closed_at is not null then cash end';
const ORDER: Record<Exclude<TradeSort, 'newest'>, string> = {
  profit: `${OUTCOME} desc nulls last`,
  loss: `${OUTCOME} nulls last`,
};

/** One more than the page. The newest go on from the last one's number, rankings from a position. */
export function listTradeRows(tx: Tx, filter: TradeFilter): Promise<TradeRow[]> {
  const { botId, status = null, closedBy = null, sort, limit, cursor } = filter;
  const found = [tx.orgId, botId, status, closedBy];
  if (sort === 'newest') {
    const [before = null] = readCursor(cursor, 'int') ?? [];
    return tx.query<TradeRow>(
      `select ${TRADE_COLUMNS} from trades where ${FOUND} and ($4::text is null or closed_by = $4)
          and ($5::int is null or number < $5) order by number desc limit $6`,
      [...found, before, limit + 1],
    );
  }
  const { from, count } = placeOf(filter);
  return tx.query<TradeRow>(
    `select ${TRADE_COLUMNS} from trades where ${FOUND} and ($4::text is null or closed_by = $4)
      order by ${ORDER[sort]}, number desc limit $5 offset $6`,
    [...found, count, from],
  );
}

/** By how they ended. What is stored of a bot is bounded, and so is what is counted. */
export const countTrades = (tx: Tx, { botId, status }: Pick<TradeFilter, 'botId' | 'status'>) =>
  tx.query<{ kind: ClosedBy | null; count: number }>(
    `select closed_by as kind, count(*)::int as count from trades where ${FOUND} group by 1`,
    [tx.orgId, botId, status ?? null],
  );

export async function ordersOf(tx: Tx, tradeId: string): Promise<Order[]> {
  const rows = await tx.query<Omit<Order, 'placedAt'> & { placed_at: Date }>(
    `select id, key, kind, side, type, price, quantity, status, placed_at from orders
      where org_id = $1 and trade_id = $2 order by position`,
    [tx.orgId, tradeId],
  );
  return rows.map(({ placed_at, ...order }) => ({ ...order, placedAt: placed_at.toISOString() }));
}

export async function fillsOf(tx: Tx, tradeId: string): Promise<Fill[]> {
  const rows = await tx.query<Omit<Fill, 'at' | 'orderId'> & { order_id: string; at: Date }>(
    `select order_id, price, quantity, value, fee, at from fills where org_id = $1 and trade_id = $2 order by position`,
    [tx.orgId, tradeId],
  );
  return rows.map(({ order_id, at, ...fill }) => ({ orderId: order_id, ...fill, at: at.toISOString() }));
}

/** Whose trades and ledger are asked for: a bot without any is not one that does not exist. */
export async function expectBot(tx: Tx, id: string): Promise<void> {
  orNotFound(await tx.one('select 1 from bots where org_id = $1 and id = $2', [tx.orgId, id]));
}
