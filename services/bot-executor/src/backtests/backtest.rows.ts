import type {
  Backtest,
  BacktestFill,
  BacktestSort,
  BacktestStatus,
  BacktestTrade,
  EquityPoint as WireEquityPoint,
} from '@tidegate/contracts/bot-executor/backtests';
import { placeOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { type ExchangeFill } from '../engine/step.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import {
  type MarketRules,
  type MarketTerms,
  moneyText,
  priceText,
  quantityText,
  rulesOf,
} from '../markets/markets.rules.ts';
import type { Plan } from '../strategies/plan.rules.ts';
import { summaryToWire } from '../trades/trade.rows.ts';
import type { TradeSummary } from '../trades/trade-summary.rules.ts';
import { saveParts } from './backtest-parts.rows.ts';
import type { EquityPoint } from './equity-curve.rules.ts';

export const tradeToWire = ({ market, settings }: Plan, summary: TradeSummary): BacktestTrade => ({
  number: summary.number,
  direction: settings.direction,
  quantity: quantityText(market, summary.lots),
  ...summaryToWire(market, summary),
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

/** A backtest before it has run; its figures are null until it is done. */
export type BacktestBase = Pick<
  Backtest,
  'settings' | 'feed' | 'currency' | 'engineVersion' | 'candles' | 'from' | 'to'
> & {
  /** The market's rules that it runs by; absent in backtests from before markets had versions. */
  market?: MarketTerms;
};
export type BacktestFigures = Omit<
  { [Name in keyof Backtest]: NonNullable<Backtest[Name]> },
  | 'id'
  | 'name'
  | 'status'
  | 'settings'
  | 'marketVersion'
  | 'feed'
  | 'currency'
  | 'candlesDone'
  | 'stored'
  | 'failure'
  | 'createdAt'
  | 'finishedAt'
>;

const NO_FIGURES = {
  contentHash: null,
  gaps: null,
  closedTrades: null,
  winningTrades: null,
  fills: null,
  profit: null,
  profitRounded: null,
  openProfit: null,
  fees: null,
  funding: null,
  liquidations: null,
  wallet: null,
  timeInTradePercent: null,
  maxCapital: null,
  maxMargin: null,
  maxDrawdown: null,
};

export interface BacktestRow {
  id: string;
  name: string | null;
  status: BacktestStatus;
  /** The base, and the figures once it is done. */
  result: BacktestBase & Partial<BacktestFigures>;
  failure: string | null;
  stored_trades: number;
  stored_fills: number;
  created_at: Date;
  finished_at: Date | null;
  /** While it is queued or runs. */
  done: string | null;
}

/** The version of the rules that it was created with, however they have changed since. */
export const marketOfBacktest = ({ result: { market, settings } }: Pick<BacktestRow, 'result'>): MarketRules =>
  market ? rulesOf(market) : knownMarket(settings.market);

export const toWire = ({ result: { market, ...result }, ...row }: BacktestRow): Backtest => ({
  ...NO_FIGURES,
  ...result,
  id: row.id,
  name: row.name,
  marketVersion: market?.version ?? 1,
  status: row.status,
  candlesDone: row.status === 'done' ? result.candles : Number(row.done ?? 0),
  stored: { trades: row.stored_trades, fills: row.stored_fills },
  failure: row.failure,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
});

const SELECT = `select b.id, b.name, b.status, b.result, b.failure, b.stored_trades, b.stored_fills, b.created_at, b.finished_at, q.done
  from backtests b left join work_queue q on q.id = b.id`;

export async function insertBacktest(tx: Tx, id: string, base: BacktestBase): Promise<BacktestRow> {
  const row = await tx.one<Omit<BacktestRow, 'done'>>(
    `insert into backtests (org_id, id, status, result) values ($1, $2, 'queued', $3)
     returning id, name, status, result, failure, stored_trades, stored_fills, created_at, finished_at`,
    [tx.orgId, id, base],
  );
  return { ...(row as Omit<BacktestRow, 'done'>), done: null };
}

export const findBacktest = (tx: Tx, id: string): Promise<BacktestRow | undefined> =>
  tx.one<BacktestRow>(`${SELECT} where b.org_id = $1 and b.id = $2`, [tx.orgId, id]);

export interface BacktestFilter {
  status?: BacktestStatus | undefined;
  market?: string | undefined;
  search?: string | undefined;
  sort: BacktestSort;
  limit: number;
  cursor?: string | undefined;
}

const FOUND = `b.org_id = $1 and ($2::text is null or b.result->'settings'->>'market' = $2)
  and ($3::text is null or position(lower($3) in lower(b.name)) > 0)`;

const ORDER: Record<Exclude<BacktestSort, 'newest'>, string> = {
  name: 'lower(b.name) nulls last',
  profit: `(b.result->>'profit')::numeric desc nulls last`,
  drawdown: `(b.result->>'maxDrawdown')::numeric nulls last`,
  trades: `(b.result->>'closedTrades')::int desc nulls last`,
};

/** One more than the page. The newest go on from the last one, because ids grow with time; rankings from a position. */
export function listBacktestRows(tx: Tx, filter: BacktestFilter): Promise<BacktestRow[]> {
  const { sort, limit, cursor, status = null, market = null, search = null } = filter;
  const found = [tx.orgId, market, search, status];
  if (sort === 'newest') {
    const [before = null] = readCursor(cursor, 'uuid') ?? [];
    return tx.query<BacktestRow>(
      `${SELECT} where ${FOUND} and ($4::text is null or b.status = $4) and ($5::uuid is null or b.id < $5)
        order by b.id desc limit $6`,
      [...found, before, limit + 1],
    );
  }
  const { from, count } = placeOf(filter);
  return tx.query<BacktestRow>(
    `${SELECT} where ${FOUND} and ($4::text is null or b.status = $4)
      order by ${ORDER[sort]}, b.id desc limit $5 offset $6`,
    [...found, count, from],
  );
}

export const countBacktests = (tx: Tx, { market, search }: Pick<BacktestFilter, 'market' | 'search'>) =>
  tx.query<{ kind: BacktestStatus; count: number }>(
    `select b.status as kind, count(*)::int as count from backtests b where ${FOUND} group by 1`,
    [tx.orgId, market ?? null, search ?? null],
  );

export async function findEquity(tx: Tx, id: string): Promise<WireEquityPoint[] | undefined> {
  const sql = 'select equity from backtests where org_id = $1 and id = $2';
  return (await tx.one<{ equity: WireEquityPoint[] }>(sql, [tx.orgId, id]))?.equity;
}

/** False when it has ended. */
export async function beginBacktest(tx: Tx, id: string): Promise<boolean> {
  const sql = `update backtests set status = 'running' where org_id = $1 and id = $2 and status in ('queued', 'running')
    returning 1`;
  return (await tx.one(sql, [tx.orgId, id])) !== undefined;
}

export interface BacktestRows {
  figures: BacktestFigures;
  equity: string;
  /** JSON of up to `PART` items each. */
  trades: string[];
  fills: string[];
  stored: { trades: number; fills: number };
}

export async function saveResult(tx: Tx, id: string, { figures, equity, trades, fills, stored }: BacktestRows) {
  await tx.query(
    `update backtests set status = 'done', result = result || $3, equity = $4, stored_trades = $5, stored_fills = $6,
            parts = $7, finished_at = now() where org_id = $1 and id = $2`,
    [tx.orgId, id, figures, equity, stored.trades, stored.fills, trades.length + fills.length],
  );
  await saveParts(tx, id, 'trades', trades);
  await saveParts(tx, id, 'fills', fills);
}

/** Ends a backtest that has not ended yet, without a result. */
export async function endBacktest(
  tx: Tx,
  id: string,
  status: 'failed' | 'cancelled',
  failure?: string,
): Promise<boolean> {
  const sql = `update backtests set status = $3, failure = $4, finished_at = now()
    where org_id = $1 and id = $2 and status in ('queued', 'running') returning 1`;
  return (await tx.one(sql, [tx.orgId, id, status, failure ?? null])) !== undefined;
}

export const setName = (tx: Tx, id: string, name: string): Promise<unknown> =>
  tx.query('update backtests set name = $3 where org_id = $1 and id = $2', [tx.orgId, id, name]);

export async function deleteBacktestRow(tx: Tx, id: string): Promise<boolean> {
  return (
    (await tx.one('delete from backtests where org_id = $1 and id = $2 returning 1', [tx.orgId, id])) !== undefined
  );
}

/** Deletes all but the newest: so many backtests, with so many parts together. */
export const expireBacktests = (tx: Tx, most: { backtests: number; parts: number }): Promise<unknown> =>
  tx.query(
    `delete from backtests b using (
       select id, row_number() over w as place, sum(parts) over w as parts_so_far
         from backtests where org_id = $1 window w as (order by id desc)) n
      where b.org_id = $1 and b.id = n.id and (n.place > $2 or n.parts_so_far > $3)
        and b.status not in ('queued', 'running')`,
    [tx.orgId, most.backtests, most.parts],
  );
