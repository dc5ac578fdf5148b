import type {
  Backtest,
  BacktestFill,
  BacktestTrade,
  EquityPoint as WireEquityPoint,
} from '@tidegate/contracts/bot-executor/backtests';
import type { Tx } from '@tidegate/database/tx';
import type { ExchangeFill } from '../engine/paper-exchange.rules.ts';
import { moneyText, priceText, quantityText } from '../markets/markets.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';
import { bookToWire } from '../trades/trade.rows.ts';
import type { TradeBook } from '../trades/trade-book.rules.ts';
import type { EquityPoint } from './equity-curve.rules.ts';

export const tradeToWire = ({ market, settings }: Plan, book: TradeBook): BacktestTrade => ({
  number: book.number,
  direction: settings.direction,
  quantity: quantityText(market, book.lots),
  ...bookToWire(market, book),
});

export const fillToWire = ({ market }: Plan, fill: ExchangeFill): BacktestFill => ({
  trade: fill.trade,
  orderKey: fill.order.key,
  kind: fill.order.kind,
  side: fill.order.side,
  price: priceText(market, fill.ticks),
  quantity: quantityText(market, fill.lots),
  value: moneyText(market, fill.value),
  fee: moneyText(market, fill.fee),
  at: new Date(fill.at).toISOString(),
});

export const pointToWire = ({ market }: Plan, { at, equity }: EquityPoint): WireEquityPoint => ({
  at: new Date(at).toISOString(),
  equity: moneyText(market, equity),
});

export const saveBacktest = (
  tx: Tx,
  result: Backtest,
  { trades, fills, equity }: { trades: BacktestTrade[]; fills: BacktestFill[]; equity: WireEquityPoint[] },
): Promise<unknown> =>
  tx.query(
    'insert into backtests (org_id, id, result, trades, fills, equity, created_at) values ($1, $2, $3, $4, $5, $6, $7)',
    [
      tx.orgId,
      result.id,
      result,
      JSON.stringify(trades),
      JSON.stringify(fills),
      JSON.stringify(equity),
      result.createdAt,
    ],
  );

export async function findEquity(tx: Tx, id: string): Promise<WireEquityPoint[] | undefined> {
  const sql = 'select equity from backtests where org_id = $1 and id = $2';
  return (await tx.one<{ equity: WireEquityPoint[] }>(sql, [tx.orgId, id]))?.equity;
}

export async function findBacktest(tx: Tx, id: string): Promise<Backtest | undefined> {
  const row = await tx.one<{ result: Backtest }>('select result from backtests where org_id = $1 and id = $2', [
    tx.orgId,
    id,
  ]);
  return row?.result;
}

/** Newest first: ids grow with time. */
export async function listBacktestRows(tx: Tx, limit: number, before: string | undefined): Promise<Backtest[]> {
  const rows = await tx.query<{ result: Backtest }>(
    'select result from backtests where org_id = $1 and ($3::uuid is null or id < $3) order by id desc limit $2',
    [tx.orgId, limit, before ?? null],
  );
  return rows.map(({ result }) => result);
}

export interface Numbered<Item> {
  item: Item;
  position: number;
}

/** A part of a backtest's trades or fills, in their order. */
export async function partOf<Item>(
  tx: Tx,
  id: string,
  what: 'trades' | 'fills',
  limit: number,
  after: number | undefined,
): Promise<Numbered<Item>[]> {
  return tx.query<Numbered<Item>>(
    `select e.value as item, e.ordinality::int as position
       from backtests b, jsonb_array_elements(b.${what}) with ordinality e
      where b.org_id = $1 and b.id = $2 and e.ordinality > $3 order by e.ordinality limit $4`,
    [tx.orgId, id, after ?? 0, limit],
  );
}
