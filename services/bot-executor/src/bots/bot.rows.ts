import type { Restriction, Standing } from '@tidegate/contracts/billing/restrictions';
import type { Halt, Resumed } from '@tidegate/contracts/bot-executor/bot-reasons';
import type { Bot, BotStatus } from '@tidegate/contracts/bot-executor/bots';
import type { CandleInterval, CandleSource } from '@tidegate/contracts/bot-executor/candles';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import type { Tx } from '@tidegate/database/tx';
import { tradeId } from '../engine/ids.rules.ts';
import { INITIAL, isOver, type State } from '../engine/state.rules.ts';
import type { CandleTicks } from '../kernel/candle-series.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import {
  type MarketRules,
  type MarketTerms,
  moneyText,
  priceText,
  rulesOf,
  toMoney,
} from '../markets/markets.rules.ts';
import { readState, writeState } from '../strategies/stored-state.rules.ts';
import { type Totals } from '../trades/journal.rules.ts';
import { type WaitingState, waitingToWire } from './bot-reasons.rows.ts';

export interface BotRow {
  id: string;
  name: string;
  status: BotStatus;
  settings: BotSettings;
  /** The market's terms when the bot was given its settings; null: its first version. */
  market_rules: MarketTerms | null;
  source: CandleSource;
  interval: CandleInterval;
  candles_per_second: number | null;
  /** The decision function's state after the candle at `decided_up_to`; empty before the first. */
  state: Record<string, unknown>;
  starts_at: Date | null;
  decided_up_to: Date | null;
  closed_trades: number;
  profit: string;
  balance: string;
  ledger_sequence: string;
  open_trade_id: string | null;
  /** Close of the candle at `decided_up_to`; null in rows from before it was stored. */
  last_price: string | null;
  waiting: WaitingState | null;
  halted: Halt | null;
  resumed: Resumed | null;
  /** Candles up to here are decided on and not traded. */
  trades_after: Date | null;
  late_candles: string;
  late_from: Date | null;
  restricted: Restriction | null;
  /** Made up, to be looked at: its orders are not counted. */
  demo: boolean;
  created_at: Date;
}

export const toWire = (row: BotRow): Bot => ({
  id: row.id,
  name: row.name,
  mode: 'paper',
  status: row.status,
  settings: row.settings,
  marketVersion: row.market_rules?.version ?? 1,
  feed: {
    source: row.source,
    interval: row.interval,
    ...(row.starts_at ? { from: row.starts_at.toISOString() } : {}),
    ...(row.candles_per_second ? { candlesPerSecond: row.candles_per_second } : {}),
  },
  decidedUpTo: row.decided_up_to?.toISOString() ?? null,
  closedTrades: row.closed_trades,
  profit: row.profit,
  balance: row.balance,
  openTradeId: row.open_trade_id,
  waiting: row.status === 'running' ? waitingToWire(row.waiting) : null,
  halted: row.status === 'halted' ? row.halted : null,
  restricted: row.restricted,
  resumed: row.resumed,
  lateCandles: row.late_from ? { count: Number(row.late_candles), from: row.late_from.toISOString() } : null,
  createdAt: row.created_at.toISOString(),
});

/** Amounts as their shortest text: a numeric has the trailing zeros of everything that was added to it. */
export const BOT_COLUMNS = `id, name, status, settings, market_rules, source, interval, candles_per_second, state, starts_at, decided_up_to,
  closed_trades, trim_scale(profit)::text as profit, trim_scale(balance)::text as balance, ledger_sequence,
  open_trade_id, trim_scale(last_price)::text as last_price, waiting, halted, resumed, trades_after, late_candles, late_from, restricted, demo, created_at`;

export interface NewBotRow {
  id: string;
  name: string;
  settings: BotSettings;
  marketRules?: MarketTerms;
  source: CandleSource;
  interval: CandleInterval;
  candlesPerSecond: number | undefined;
  startsAt: Date | undefined;
}

export async function insertBot(tx: Tx, bot: NewBotRow): Promise<BotRow> {
  const row = await tx.one<BotRow>(
    `insert into bots (org_id, id, name, status, settings, source, interval, candles_per_second, starts_at, market_rules)
     values ($1, $2, $3, 'stopped', $4, $5, $6, $7, $8, $9) returning ${BOT_COLUMNS}`,
    [
      tx.orgId,
      bot.id,
      bot.name,
      bot.settings,
      bot.source,
      bot.interval,
      bot.candlesPerSecond ?? null,
      bot.startsAt ?? null,
      bot.marketRules ?? null,
    ],
  );
  if (!row) throw new Error('The bot was not stored.');
  return row;
}

export const findBot = (tx: Tx, id: string): Promise<BotRow | undefined> =>
  tx.one<BotRow>(`select ${BOT_COLUMNS} from bots where org_id = $1 and id = $2`, [tx.orgId, id]);

/** Every other decision about this bot waits until the transaction ends. */
export const lockBot = (tx: Tx, id: string): Promise<BotRow | undefined> =>
  tx.one<BotRow>(`select ${BOT_COLUMNS} from bots where org_id = $1 and id = $2 for update`, [tx.orgId, id]);

export async function countBots(tx: Tx): Promise<number> {
  const row = await tx.one<{ bots: number }>('select count(*)::int as bots from bots where org_id = $1', [tx.orgId]);
  return row?.bots ?? 0;
}

/** Those that can only be read now, or no more. The oldest are in use: ids are in the order of creation. */
export const restrictBots = (tx: Tx, { keep, all }: Standing): Promise<BotRow[]> =>
  tx.query<BotRow>(
    `update bots set restricted = now_so.restricted
       from (select id as bot_id, case when $3::text is not null then $3
                                       when row_number() over (order by id) > $2::bigint then 'over_limit' end as restricted
               from bots where org_id = $1) as now_so
      where org_id = $1 and id = bot_id and bots.restricted is distinct from now_so.restricted
      returning ${BOT_COLUMNS.replace('restricted', 'bots.restricted')}`,
    [tx.orgId, keep, all],
  );

/** Of the oldest so many, those after them. Newest first. */
export const botsBeyond = (tx: Tx, keep: number, most: number): Promise<{ id: string; name: string }[]> =>
  tx.query(
    `select id, name from bots where org_id = $1
        and id not in (select id from bots where org_id = $1 order by id limit $2) order by id desc limit $3`,
    [tx.orgId, keep, most],
  );

export const setStatus = (tx: Tx, id: string, status: BotStatus): Promise<BotRow | undefined> =>
  tx.one<BotRow>(`update bots set status = $3 where org_id = $1 and id = $2 returning ${BOT_COLUMNS}`, [
    tx.orgId,
    id,
    status,
  ]);

export const setSettings = (
  tx: Tx,
  id: string,
  { name, settings, rules }: { name: string; settings: BotSettings; rules: MarketTerms | null },
): Promise<BotRow | undefined> =>
  tx.one<BotRow>(
    `update bots set name = $3, settings = $4, market_rules = $5 where org_id = $1 and id = $2 returning ${BOT_COLUMNS}`,
    [tx.orgId, id, name, settings, rules],
  );

/** The rules that the bot trades by, however its market's have changed since. */
export const rulesOfBot = ({ market_rules, settings }: Pick<BotRow, 'market_rules' | 'settings'>): MarketRules =>
  market_rules ? rulesOf(market_rules) : knownMarket(settings.market);

export const deleteBotRow = (tx: Tx, id: string): Promise<unknown> =>
  tx.query('delete from bots where org_id = $1 and id = $2', [tx.orgId, id]);

export const stateOf = (row: BotRow, market: MarketRules): State =>
  Object.keys(row.state).length === 0 ? INITIAL : readState(row.state, market);

export function totalsOf(row: BotRow): Totals {
  const market = rulesOfBot(row);
  return {
    closedTrades: row.closed_trades,
    profit: toMoney(market, row.profit),
    balance: toMoney(market, row.balance),
    sequence: Number(row.ledger_sequence),
  };
}

/** The bot after some candles, and the last of them. */
export async function saveProgress(
  tx: Tx,
  row: BotRow,
  after: { status: BotStatus; state: State; totals: Totals; last: Pick<CandleTicks, 'at' | 'close'> | undefined },
): Promise<void> {
  const market = rulesOfBot(row);
  const { status, state, totals, last } = after;
  await tx.query(
    `update bots set status = $3, state = $4, decided_up_to = coalesce($5, decided_up_to), closed_trades = $6,
            profit = $7, balance = $8, ledger_sequence = $9, open_trade_id = $10, last_price = coalesce($11, last_price)
      where org_id = $1 and id = $2`,
    [
      tx.orgId,
      row.id,
      status,
      writeState(state, market),
      last === undefined ? null : new Date(last.at),
      totals.closedTrades,
      moneyText(market, totals.profit),
      moneyText(market, totals.balance),
      totals.sequence,
      isOver(state) ? null : tradeId(row.id, state.trade),
      last === undefined ? null : priceText(market, last.close),
    ],
  );
}
