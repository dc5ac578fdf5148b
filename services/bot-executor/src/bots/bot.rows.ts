import type { Bot } from '@tidegate/contracts/bot-executor/bots';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import type { Tx } from '@tidegate/database/tx';
import { INITIAL } from '../engine/decide.rules.ts';
import { writeState } from '../engine/state-json.rules.ts';
import { marketOf } from '../ladder/check-settings.rules.ts';
import { moneyText } from '../markets/markets.rules.ts';

export interface BotRow {
  id: string;
  name: string;
  status: 'stopped' | 'running' | 'stopping';
  settings: BotSettings;
  source: 'bundled' | 'imported';
  state: unknown;
  starts_at: Date | null;
  decided_up_to: Date | null;
  closed_trades: number;
  profit: string;
  balance: string;
  ledger_sequence: string;
  open_trade_id: string | null;
  created_at: Date;
}

export const toWire = (row: BotRow): Bot => ({
  id: row.id,
  name: row.name,
  mode: 'paper',
  status: row.status,
  settings: row.settings,
  source: row.source,
  decidedUpTo: row.decided_up_to?.toISOString() ?? null,
  closedTrades: row.closed_trades,
  profit: moneyText(marketOf(row.settings), BigInt(row.profit)),
  openTradeId: row.open_trade_id,
  createdAt: row.created_at.toISOString(),
});

export async function insertBot(
  tx: Tx,
  bot: { id: string; name: string; settings: BotSettings; source: string; startsAt: Date | null },
): Promise<BotRow> {
  const row = await tx.one<BotRow>(
    `insert into bots (org_id, id, name, status, settings, source, starts_at, state)
     values ($1, $2, $3, 'stopped', $4, $5, $6, $7) returning *`,
    [tx.orgId, bot.id, bot.name, bot.settings, bot.source, bot.startsAt, writeState(INITIAL)],
  );
  if (!row) throw new Error('The bot was not stored.');
  return row;
}

export const findBot = (tx: Tx, id: string): Promise<BotRow | undefined> =>
  tx.one<BotRow>('select * from bots where org_id = $1 and id = $2', [tx.orgId, id]);

/** Keeps every other decision about this bot waiting until the transaction ends. */
export const lockBot = (tx: Tx, id: string): Promise<BotRow | undefined> =>
  tx.one<BotRow>('select * from bots where org_id = $1 and id = $2 for update', [tx.orgId, id]);

export const listBotRows = (tx: Tx, limit: number, cursor: string | undefined): Promise<BotRow[]> =>
  tx.query<BotRow>('select * from bots where org_id = $1 and ($3::uuid is null or id > $3) order by id limit $2', [
    tx.orgId,
    limit,
    cursor ?? null,
  ]);

export async function countBots(tx: Tx): Promise<number> {
  const row = await tx.one<{ bots: number }>('select count(*)::int as bots from bots where org_id = $1', [tx.orgId]);
  return row?.bots ?? 0;
}

export const setStatus = (tx: Tx, id: string, status: BotRow['status']): Promise<BotRow | undefined> =>
  tx.one<BotRow>('update bots set status = $3 where org_id = $1 and id = $2 returning *', [tx.orgId, id, status]);

export const enqueue = (tx: Tx, id: string): Promise<unknown> =>
  tx.query(
    `insert into bot_queue (bot_id, org_id, due_at) values ($1, $2, now())
     on conflict (bot_id) do update set due_at = now()`,
    [id, tx.orgId],
  );

export const dequeue = (tx: Tx, id: string): Promise<unknown> =>
  tx.query('delete from bot_queue where bot_id = $1', [id]);
